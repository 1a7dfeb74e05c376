//! Forums on three levels, their meetings, what they decide, and the action items that come of it.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    pick,
    timeline::Story,
    world::{On, Record, Somebody, World},
};

/// When meetings begin, and when action items are taken down and meetings end: minutes of the day.
const BEGINS: i64 = 9 * 60;
const ENDS: i64 = 10 * 60 + 30;

/// A forum, with the people who belong to it; the first chairs it, the second keeps its minutes.
struct Forum {
    name: &'static str,
    level: &'static str,
    area: Option<&'static str>,
    above: Option<&'static str>,
    set_up_by: &'static str,
    people: &'static [&'static str],
    /// Who does what comes of it, taking turns.
    doers: &'static [&'static str],
    /// The days of its meetings.
    meets: &'static [i64],
    /// How many action items a meeting raises.
    raises: usize,
    subjects: &'static [&'static str],
    /// Risks that it brings up and treats, by their titles.
    risks: &'static [&'static str],
}

const STRATEGIC: &str = "Strategiskt leverantörsforum";
const HOSTING: &str = "Taktiskt forum applikationsdrift";
const NETWORK: &str = "Taktiskt forum nätverk";
const CLIENTS: &str = "Taktiskt forum klienter";
const HOSTING_OPERATIONS: &str = "Driftmöte applikationsdrift";
const NETWORK_OPERATIONS: &str = "Driftmöte nätverk";
const CLIENTS_OPERATIONS: &str = "Driftmöte klienter";
const NORRVIK: &str = "Norrviks strategiska driftforum";
const NORRVIK_HOSTING: &str = "Norrviks taktiska driftforum";
const NORRVIK_OPERATIONS: &str = "Norrviks driftmöte";

/// What the strategic forums take up.
const OBLIGATIONS: &[&str] = &[
    "Redovisa hur avtalets säkerhetskrav uppfylls",
    "Ta fram plan för avveckling av föråldrade system",
    "Samordna loggkällor till säkerhetsövervakningen",
    "Se över behörigheter på domännivå",
    "Planera årets gemensamma krisövning",
    "Beskriv ansvarsfördelningen för IT-säkerhet",
    "Förbered redovisning till kommunstyrelsen",
    "Gör färdplan för flerfaktorsautentisering",
];
const HOSTING_SUBJECTS: &[&str] = &[
    "Byt ut servrar som inte längre får uppdateringar",
    "Testa återläsning av ekonomisystemet",
    "Rensa inaktiva tjänstekonton i databaserna",
    "Dokumentera reservrutin vid avbrott i serverhallen",
    "Inför separat inloggning för administratörer",
    "Uppdatera certifikat för integrationsplattformen",
    "Flytta säkerhetskopior till annan ort",
    "Stäng gamla kryptoprotokoll på webbservrarna",
    "Kontrollera att kritiska rättningar är installerade",
    "Beskriv beroenden mellan verksamhetssystemen",
    "Mät återställningstid för ärendehanteringen",
    "Begränsa åtkomst till testmiljöns persondata",
    "Se över övervakning av lagringsutrymme",
    "Ta fram kapacitetsplan för skolplattformen",
];
const NETWORK_SUBJECTS: &[&str] = &[
    "Byt brandväggspolicy för gästnätet",
    "Segmentera fastighetsstyrningen",
    "Uppgradera accesspunkter på skolorna",
    "Gå igenom öppna portar mot internet",
    "Inför loggning av fjärråtkomst",
    "Testa omkoppling mellan internetförbindelser",
    "Ta bort switchar utan support",
    "Märk upp korskopplingar i centralskåpet",
    "Rotera nycklar för fjärranslutning",
    "Dokumentera nätets säkerhetszoner",
    "Åtgärda fynd från sårbarhetsskanningen",
    "Kontrollera reservkraft i nätnoderna",
    "Inför skydd mot överbelastningsattacker",
    "Följ upp avbrottet på fiberringen",
];
const CLIENTS_SUBJECTS: &[&str] = &[
    "Anslut omanagerade mobiler till enhetshanteringen",
    "Uppdatera webbläsare på alla klienter",
    "Kryptera diskar på äldre bärbara datorer",
    "Avsluta lokala administratörskonton",
    "Byt ut datorer med operativsystem utan support",
    "Paketera om programvara som kräver höga behörigheter",
    "Inför skärmlås på delade arbetsstationer",
    "Städa bort inaktiva användarkonton",
    "Testa återställning av användarprofiler",
    "Följ upp antivirusrapporter per förvaltning",
    "Ta fram rutin för borttappade enheter",
    "Begränsa makron i kontorsprogrammen",
    "Inventera skrivare med standardlösenord",
    "Utbilda servicedesk i incidentrapportering",
];

const FORUMS: &[Forum] = &[
    Forum {
        name: STRATEGIC,
        level: "STRATEGIC",
        area: None,
        above: None,
        set_up_by: "Anna Lindqvist",
        people: &[
            "Anna Lindqvist",
            "Johan Ekström",
            "Fatima Haddad",
            "Björn Åkerlund",
            "Helena Strand",
            "Stefan Ask",
        ],
        doers: &[
            "Björn Åkerlund",
            "Helena Strand",
            "Stefan Ask",
            "Johan Ekström",
        ],
        meets: &[-340, -250, -160, -70, -12, 18],
        raises: 4,
        subjects: OBLIGATIONS,
        risks: &[
            "Konton med alltför hög behörighet på domännivå",
            "Fjärråtkomst utan flerfaktorsautentisering",
        ],
    },
    Forum {
        name: HOSTING,
        level: "TACTICAL",
        area: Some("APPLICATION_HOSTING"),
        above: Some(STRATEGIC),
        set_up_by: "Anna Lindqvist",
        people: &[
            "Maria Sandberg",
            "Johan Ekström",
            "Björn Åkerlund",
            "Amir Rezaei",
        ],
        doers: &["Björn Åkerlund", "Amir Rezaei", "Maria Sandberg"],
        meets: &[-331, -271, -211, -151, -91, -33, 25],
        raises: 3,
        subjects: HOSTING_SUBJECTS,
        risks: &[
            "Databasversion utan leverantörsstöd",
            "Utpressningsvirus når ekonomisystemets servrar",
        ],
    },
    Forum {
        name: NETWORK,
        level: "TACTICAL",
        area: Some("NETWORK"),
        above: Some(STRATEGIC),
        set_up_by: "Anna Lindqvist",
        people: &[
            "Erik Nyström",
            "Johan Ekström",
            "Helena Strand",
            "David Lund",
        ],
        doers: &["Helena Strand", "David Lund", "Erik Nyström"],
        meets: &[-329, -269, -209, -149, -89, -27, 31],
        raises: 3,
        subjects: NETWORK_SUBJECTS,
        risks: &[
            "Passersystemets styrenheter har standardlösenord",
            "Båda förbindelserna går genom samma kanalisation",
        ],
    },
    Forum {
        name: CLIENTS,
        level: "TACTICAL",
        area: Some("CLIENTS"),
        above: Some(STRATEGIC),
        set_up_by: "Anna Lindqvist",
        people: &["Sara Öberg", "Johan Ekström", "Stefan Ask", "Elin Wikström"],
        doers: &["Stefan Ask", "Elin Wikström", "Sara Öberg"],
        meets: &[-327, -267, -207, -147, -87, -25, 33],
        raises: 3,
        subjects: CLIENTS_SUBJECTS,
        risks: &[
            "Telefon med journaluppgifter tappas bort",
            "Lokalt lösenord är lika på alla datorer",
        ],
    },
    Forum {
        name: HOSTING_OPERATIONS,
        level: "OPERATIONAL",
        area: Some("APPLICATION_HOSTING"),
        above: Some(HOSTING),
        set_up_by: "Johan Ekström",
        people: &[
            "Maria Sandberg",
            "Johan Ekström",
            "Amir Rezaei",
            "Björn Åkerlund",
        ],
        doers: &["Amir Rezaei", "Björn Åkerlund"],
        meets: &[-320, -250, -180, -110, -50, -8, 6],
        raises: 3,
        subjects: HOSTING_SUBJECTS,
        risks: &[
            "Databasversion utan leverantörsstöd",
            "Utpressningsvirus når ekonomisystemets servrar",
        ],
    },
    Forum {
        name: NETWORK_OPERATIONS,
        level: "OPERATIONAL",
        area: Some("NETWORK"),
        above: Some(NETWORK),
        set_up_by: "Johan Ekström",
        people: &[
            "Erik Nyström",
            "Johan Ekström",
            "David Lund",
            "Helena Strand",
        ],
        doers: &["David Lund", "Helena Strand"],
        meets: &[-318, -248, -178, -108, -48, -9, 5],
        raises: 3,
        subjects: NETWORK_SUBJECTS,
        risks: &[
            "Passersystemets styrenheter har standardlösenord",
            "Båda förbindelserna går genom samma kanalisation",
        ],
    },
    Forum {
        name: CLIENTS_OPERATIONS,
        level: "OPERATIONAL",
        area: Some("CLIENTS"),
        above: Some(CLIENTS),
        set_up_by: "Johan Ekström",
        people: &["Sara Öberg", "Johan Ekström", "Elin Wikström", "Stefan Ask"],
        doers: &["Elin Wikström", "Ali Hosseini"],
        meets: &[-316, -246, -176, -106, -46, -10, 4],
        raises: 3,
        subjects: CLIENTS_SUBJECTS,
        risks: &[
            "Telefon med journaluppgifter tappas bort",
            "Lokalt lösenord är lika på alla datorer",
        ],
    },
    Forum {
        name: NORRVIK,
        level: "STRATEGIC",
        area: None,
        above: None,
        set_up_by: "Ulrika Dahl",
        people: &["Ulrika Dahl", "Mehmet Yilmaz", "Björn Åkerlund"],
        doers: &["Björn Åkerlund", "Mehmet Yilmaz"],
        meets: &[-200, -20, 40],
        raises: 2,
        subjects: OBLIGATIONS,
        risks: &["Äldre inloggning till ekonomisystemet"],
    },
    Forum {
        name: NORRVIK_HOSTING,
        level: "TACTICAL",
        area: Some("APPLICATION_HOSTING"),
        above: Some(NORRVIK),
        set_up_by: "Ulrika Dahl",
        people: &["Oskar Bergman", "Mehmet Yilmaz", "Björn Åkerlund"],
        doers: &["Björn Åkerlund", "Oskar Bergman"],
        meets: &[-190, -100, 20],
        raises: 2,
        subjects: HOSTING_SUBJECTS,
        risks: &["Äldre inloggning till ekonomisystemet"],
    },
    Forum {
        name: NORRVIK_OPERATIONS,
        level: "OPERATIONAL",
        area: Some("APPLICATION_HOSTING"),
        above: Some(NORRVIK_HOSTING),
        set_up_by: "Ulrika Dahl",
        people: &["Oskar Bergman", "Mehmet Yilmaz", "Amir Rezaei"],
        doers: &["Amir Rezaei"],
        meets: &[-60, 15],
        raises: 2,
        subjects: HOSTING_SUBJECTS,
        risks: &["Äldre inloggning till ekonomisystemet"],
    },
];

/// What becomes of an action item.
#[derive(Clone, Copy)]
enum Course {
    /// Done and verified.
    Verified,
    /// Done, sent back, done again and verified.
    VerifiedAtLast,
    /// No longer to be done.
    Cancelled,
    /// Nobody has begun.
    Open,
    /// Begun.
    Started,
    /// Reported done, and not looked at.
    Reported,
    /// Reported done, and sent back.
    SentBack,
    /// Handed down as far as the levels go, done there and verified.
    HandedDown,
    /// Handed up when nothing came of it, and begun there.
    Escalated,
}
use Course::{
    Cancelled, Escalated, HandedDown, Open, Reported, SentBack, Started, Verified, VerifiedAtLast,
};

/// Of meetings long ago nearly everything is settled; of the latest little.
const LONG_AGO: &[Course] = &[
    Verified,
    HandedDown,
    Verified,
    VerifiedAtLast,
    Cancelled,
    Verified,
    Escalated,
];
const LATELY: &[Course] = &[
    Open, Reported, Started, SentBack, HandedDown, Started, Open, Escalated,
];

/// What shows that somebody has done what a forum of this chair had raised.
const PROOFS: &[(&str, &str, &str)] = &[
    (
        "Maria Sandberg",
        "Amir Rezaei",
        "Återläsningstest av ekonomisystemet under agreement hosting",
    ),
    (
        "Erik Nyström",
        "David Lund",
        "Återställning av brandväggskonfiguration under agreement network",
    ),
    (
        "Sara Öberg",
        "Elin Wikström",
        "Återställning av klientavbild under agreement clients",
    ),
];

/// An action item, known before it is taken down.
#[derive(Clone, Copy)]
struct Planned {
    forum: &'static Forum,
    meeting: i64,
    number: usize,
    /// How often its subject has come up before.
    before: usize,
    course: Course,
}

impl Planned {
    fn subject(self) -> &'static str {
        pick(self.forum.subjects, self.number)
    }

    fn title(self) -> String {
        match self.before {
            0 => self.subject().to_owned(),
            1 => format!("{} – uppföljning", self.subject()),
            stage => format!("{} – etapp {stage}", self.subject()),
        }
    }

    fn doer(self) -> &'static str {
        pick(self.forum.doers, self.number)
    }

    fn chair(self) -> &'static str {
        self.forum.people[0]
    }

    fn due(self) -> i64 {
        self.meeting + 21 + pick(&[0, 14, 35, 7], self.number)
    }
}

/// The forums, their meetings, and every action item with what becomes of it.
pub fn stories(world: &World) -> Vec<Story<'_>> {
    let mut all: Vec<Story<'_>> = vec![Box::pin(set_up(world))];
    let mut number = 0;
    let mut raised = BTreeMap::<_, usize>::new();
    for forum in FORUMS {
        for meeting in forum.meets {
            all.push(Box::pin(meet(world, forum, *meeting)));
            for _ in 0..if *meeting < 0 { forum.raises } else { 0 } {
                let course = pick(if *meeting < -60 { LONG_AGO } else { LATELY }, number);
                let times = raised
                    .entry((forum.people[0], pick(forum.subjects, number)))
                    .or_default();
                let planned = Planned {
                    forum,
                    meeting: *meeting,
                    number,
                    before: *times,
                    course,
                };
                *times += 1;
                all.push(Box::pin(follow(world, planned)));
                number += 1;
            }
        }
    }
    all
}

fn meeting_name(forum: &Forum, day: i64) -> String {
    format!("meeting {} {day}", forum.name)
}

async fn set_up(world: &World) -> Result<()> {
    world.timeline.at(-366, BEGINS).await;
    for forum in FORUMS {
        let by = world.person(forum.set_up_by)?;
        let above = forum.above.map(|above| world.id(above)).transpose()?;
        let input = json!({
            "level": forum.level,
            "name": forum.name,
            "serviceArea": forum.area,
            "parentId": above,
        });
        let record = by.does("createForum", input).await?;
        world.remember(forum.name, &record);
        for (place, name) in forum.people.iter().enumerate() {
            let member = world.person(name)?;
            let duty = ["CHAIR", "SECRETARY"].get(place).unwrap_or(&"MEMBER");
            let input = json!({
                "forumId": record.id,
                "organisationId": member.organisation_id(),
                "personId": member.id(),
                "duty": duty,
            });
            by.mutate("addForumMember", input, "id").await?;
        }
    }
    Ok(())
}

/// A meeting, from its calling to its signed minutes, as far as time has come.
async fn meet(world: &World, forum: &Forum, day: i64) -> Result<()> {
    let (chair, secretary) = (
        world.person(forum.people[0])?,
        world.person(forum.people[1])?,
    );
    world.timeline.day((day - 21).min(-2)).await;
    let input = json!({
        "forumId": world.id(forum.name)?,
        "title": format!("{}, möte", forum.name),
        "startsAt": world.timeline.time(day, BEGINS),
        "endsAt": world.timeline.time(day, ENDS),
        "place": pick(&["Kommunhuset, sal Älven", "Teams", "Leverantörens kontor"], day.unsigned_abs() as usize),
    });
    let called = chair.does("scheduleMeeting", input).await?;
    world.remember(meeting_name(forum, day), &called);
    let followed = chair
        .does(
            "addAgendaItem",
            json!({"meetingId": called.id, "title": "Åtgärdspunkter och försenat"}),
        )
        .await?;
    let decisions = chair
        .does(
            "addAgendaItem",
            json!({"meetingId": called.id, "title": "Beslut"}),
        )
        .await?;
    if forum.level != "OPERATIONAL" {
        bring_up_a_risk(world, forum, &called, day).await?;
    }
    if day >= 0 {
        return Ok(());
    }
    world.timeline.at(day, BEGINS).await;
    let input = json!({"notes": "Läget gicks igenom punkt för punkt. Försenade punkter fick ny ansvarig eller nytt datum."});
    secretary
        .moves("updateAgendaItem", &followed, input)
        .await?;
    let input = json!({
        "meetingId": called.id,
        "agendaItemId": decisions.id,
        "text": format!("Forumet beslutar: {}.", pick(forum.subjects, day.unsigned_abs() as usize).to_lowercase()),
    });
    let decision = secretary.does("recordDecision", input).await?;
    world.remember(format!("decision {} {day}", forum.name), &decision);
    world.timeline.at(day, ENDS).await;
    let input = json!({"minutes": "Mötet öppnades och dagordningen fastställdes. Nästa möte är inplanerat."});
    let noted = secretary.moves("updateMeeting", &called, input).await?;
    let held = chair.moves("holdMeeting", &noted, json!({})).await?;
    if day > -15 {
        return Ok(());
    }
    world.timeline.day(day + 5).await;
    chair.moves("signMinutes", &held, json!({})).await?;
    Ok(())
}

/// Puts a risk on the agenda, or the risks as such while it is not known.
async fn bring_up_a_risk(world: &World, forum: &Forum, meeting: &Record, day: i64) -> Result<()> {
    let title = pick(forum.risks, day.unsigned_abs() as usize);
    let risk = world.id(&format!("risk {title}")).ok();
    let point = match risk {
        Some(_) => format!("Risk: {}", title.to_lowercase()),
        None => "Risker och underlag".to_owned(),
    };
    let input = json!({"meetingId": meeting.id, "title": point, "riskId": risk});
    world
        .person(forum.people[0])?
        .does("addAgendaItem", input)
        .await?;
    Ok(())
}

/// An action item, from the meeting that raises it on, as far as time has come.
async fn follow(world: &World, planned: Planned) -> Result<()> {
    world.timeline.at(planned.meeting, BEGINS + 30).await;
    let (chair, doer) = (
        world.person(planned.chair())?,
        world.person(planned.doer())?,
    );
    let meeting = world.id(&meeting_name(planned.forum, planned.meeting))?;
    let decision = world.id(&format!(
        "decision {} {}",
        planned.forum.name, planned.meeting
    ))?;
    let risk = pick(planned.forum.risks, planned.number / 4);
    let risk = world.id(&format!("risk {risk}")).ok();
    let input = json!({
        "forumId": world.id(planned.forum.name)?,
        "meetingId": meeting,
        "decisionId": planned.number.is_multiple_of(3).then_some(decision),
        "riskId": risk.filter(|_| planned.number.is_multiple_of(4)),
        "title": planned.title(),
        "description": "Återkoppla till forumet när det är gjort, med det som visar att det är gjort.",
        "dueOn": world.timeline.date(planned.due()),
        "priority": pick(&["NORMAL", "HIGH", "NORMAL", "LOW"], planned.number),
        "assigneeOrganisationId": doer.organisation_id(),
        "assigneeId": doer.id(),
    });
    let item = chair.does("createActionItem", input).await?;
    match planned.course {
        Open => talk(world, planned, &item).await,
        Started => start(world, planned, &item).await.map(drop),
        Cancelled => cancel(world, planned, &item).await,
        Reported => report(world, planned, &item, 8).await.map(drop),
        SentBack => send_back(world, planned, &item).await.map(drop),
        Verified => verify(world, planned, &item).await,
        VerifiedAtLast => {
            let again = send_back(world, planned, &item).await?;
            verify_from(world, planned, &again, 16).await
        }
        HandedDown => hand_down(world, planned, item).await,
        Escalated => escalate(world, planned, &item).await,
    }
}

/// So many days after the meeting, but not after yesterday.
async fn later(world: &World, planned: Planned, days: i64) {
    world.timeline.day((planned.meeting + days).min(-1)).await;
}

async fn start(world: &World, planned: Planned, item: &Record) -> Result<Record> {
    later(world, planned, 4).await;
    world
        .person(planned.doer())?
        .moves("startActionItem", item, json!({}))
        .await
}

async fn talk(world: &World, planned: Planned, item: &Record) -> Result<()> {
    later(world, planned, 3).await;
    let chair = world.person(planned.chair())?;
    let on = On::ActionItem(&item.id);
    match planned.number % 2 {
        0 => {
            chair
                .comments(on, "SHARED", "Hör av er om något hindrar att ni börjar.")
                .await
        }
        _ => {
            chair
                .comments(
                    on,
                    "INTERNAL",
                    "Ta upp i budgetarbetet om det drar ut på tiden.",
                )
                .await
        }
    }
}

async fn cancel(world: &World, planned: Planned, item: &Record) -> Result<()> {
    later(world, planned, 12).await;
    let input = json!({"remark": "Behovet har bortfallit sedan systemet avvecklades."});
    world
        .person(planned.chair())?
        .moves("cancelActionItem", item, input)
        .await
        .map(drop)
}

async fn report(world: &World, planned: Planned, item: &Record, days: i64) -> Result<Record> {
    later(world, planned, days).await;
    // What the supplier has handed in by then shows it.
    let work = (planned.chair(), planned.doer());
    let shown = PROOFS
        .iter()
        .find(|(chair, doer, _)| (*chair, *doer) == work);
    let shown = shown.and_then(|(.., submission)| world.id(submission).ok());
    let input = json!({
        "report": "Åtgärden är genomförd och kontrollerad i drift.",
        "submissionIds": Vec::from_iter(shown),
    });
    world
        .person(planned.doer())?
        .moves("reportActionItemDone", item, input)
        .await
}

async fn send_back(world: &World, planned: Planned, item: &Record) -> Result<Record> {
    let reported = report(world, planned, item, 8).await?;
    later(world, planned, 11).await;
    let input = json!({"remark": "Det framgår inte att samtliga system omfattas. Komplettera."});
    reviewer(world, planned)?
        .moves("sendBackActionItem", &reported, input)
        .await
}

async fn verify(world: &World, planned: Planned, item: &Record) -> Result<()> {
    let started = start(world, planned, item).await?;
    verify_from(world, planned, &started, 14).await
}

async fn verify_from(world: &World, planned: Planned, item: &Record, days: i64) -> Result<()> {
    let reported = report(world, planned, item, days).await?;
    later(world, planned, days + 3).await;
    reviewer(world, planned)?
        .moves("verifyActionItem", &reported, json!({}))
        .await
        .map(drop)
}

/// Who verifies: the chair, unless it is the chair's own work.
fn reviewer(world: &World, planned: Planned) -> Result<Somebody<'_>> {
    let colleague = planned.forum.people[1];
    let name = if planned.doer() == planned.chair() {
        colleague
    } else {
        planned.chair()
    };
    let own = planned.doer() == name;
    world.person(if own { planned.forum.people[0] } else { name })
}

/// The forums below, from level to level, for who does it there.
fn below(forum: &Forum, doer: &str) -> Option<&'static Forum> {
    FORUMS
        .iter()
        .find(|other| other.above == Some(forum.name) && other.people.contains(&doer))
}

async fn hand_down(world: &World, planned: Planned, item: Record) -> Result<()> {
    let (mut item, mut forum, mut days) = (item, planned.forum, 2);
    while let Some(next) = below(forum, planned.doer()) {
        later(world, planned, days).await;
        let doer = world.person(planned.doer())?;
        let input: Value = json!({
            "toForumId": world.id(next.name)?,
            "reason": "Verkställs på nästa nivå.",
            "assigneeOrganisationId": doer.organisation_id(),
            "assigneeId": doer.id(),
        });
        item = world
            .person(planned.chair())?
            .moves("cascadeActionItem", &item, input)
            .await?;
        (forum, days) = (next, days + 3);
    }
    verify_from(world, planned, &item, 18).await
}

async fn escalate(world: &World, planned: Planned, item: &Record) -> Result<()> {
    let started = start(world, planned, item).await?;
    if planned.forum.above.is_none() {
        return talk(world, planned, &started).await;
    }
    later(world, planned, planned.due() - planned.meeting + 2).await;
    let input = json!({"reason": "Tiden har gått ut och frågan kan inte lösas på den här nivån."});
    let escalated = world
        .person(planned.chair())?
        .moves("escalateActionItem", &started, input)
        .await?;
    if planned.due() > -80 {
        return Ok(());
    }
    let settled = planned.due() - planned.meeting + 25;
    verify_from(world, planned, &escalated, settled).await
}
