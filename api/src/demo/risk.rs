//! Risk analyses: what the suppliers and the customers find, treat, review and accept.

use anyhow::Result;
use serde_json::json;

use super::{
    administration::{CLIENTS, HOSTING, NETWORK, NORRVIK_HOSTING},
    pick,
    timeline::Story,
    world::{On, Record, Somebody, World},
};

/// How an analysis fares.
#[derive(Clone, Copy)]
enum Course {
    /// Worked on, and not handed in.
    Begun,
    /// Handed in, and not looked at yet.
    Waiting,
    /// Sent back, and not corrected yet.
    Returned,
    /// Approved at once.
    Approved,
    /// Sent back, corrected and approved.
    ApprovedAfterRemark,
    /// Approved, and opened again on this day.
    Reopened(i64),
    /// Approved, and on this day brought up to date: that was approved in its place.
    Revised(i64),
}
use Course::{Approved, ApprovedAfterRemark, Begun, Reopened, Returned, Revised, Waiting};

/// A risk: what may happen, likelihood and impact, and what is done about it.
struct Risk {
    title: &'static str,
    now: (i32, i32),
    treatment: &'static str,
    plan: Option<&'static str>,
    remaining: Option<(i32, i32)>,
    /// The day on which it is to be looked at again.
    review: Option<i64>,
}

const fn mitigated(
    title: &'static str,
    now: (i32, i32),
    plan: &'static str,
    remaining: (i32, i32),
    review: i64,
) -> Risk {
    let (plan, remaining, review) = (Some(plan), Some(remaining), Some(review));
    Risk {
        title,
        now,
        treatment: "MITIGATE",
        plan,
        remaining,
        review,
    }
}

const fn untreated(title: &'static str, now: (i32, i32), treatment: &'static str) -> Risk {
    Risk {
        title,
        now,
        treatment,
        plan: None,
        remaining: None,
        review: None,
    }
}

/// An analysis and its history.
struct Analysis {
    title: &'static str,
    under: &'static str,
    /// Who begins it, for the organisation that owns it.
    by: &'static str,
    /// Who hands it in.
    hands_in: &'static str,
    /// Who reviews it.
    reviewer: &'static str,
    /// One person of each organisation that is let in.
    shared_with: &'static [&'static str],
    begun: i64,
    review: i64,
    course: Course,
    risks: &'static [Risk],
}

const ANALYSES: &[Analysis] = &[
    Analysis {
        title: "Drift av ekonomi- och lönesystem",
        under: HOSTING,
        by: "Lisa Nordin",
        hands_in: "Björn Åkerlund",
        reviewer: "Maria Sandberg",
        shared_with: &[],
        begun: -358,
        review: 12,
        course: Revised(-160),
        risks: &[
            mitigated(
                "Säkerhetskopior förvaras i samma datahall som driften",
                (3, 5),
                "Kopior förs varje natt till datahall på annan ort.",
                (2, 3),
                40,
            ),
            mitigated(
                "Lönekörning hindras av avbrott i integrationsplattformen",
                (2, 4),
                "Manuell reservrutin och prioriterad felsökning.",
                (2, 2),
                -20,
            ),
            mitigated(
                "Databasversion utan leverantörsstöd",
                (4, 4),
                "Uppgradering under nästa servicefönster.",
                (3, 4),
                25,
            ),
            untreated(
                "Fel i bokslut på grund av felaktig behörighet",
                (1, 4),
                "ACCEPT",
            ),
            mitigated(
                "Utpressningsvirus når ekonomisystemets servrar",
                (3, 5),
                "Nätsegmentering och oföränderliga säkerhetskopior.",
                (2, 5),
                75,
            ),
        ],
    },
    Analysis {
        title: "Flytt av journalsystemet till ny driftmiljö",
        under: HOSTING,
        by: "Lisa Nordin",
        hands_in: "Björn Åkerlund",
        reviewer: "Johan Ekström",
        shared_with: &[],
        begun: -290,
        review: -15,
        course: ApprovedAfterRemark,
        risks: &[
            mitigated(
                "Journaler blir otillgängliga under flytten",
                (3, 4),
                "Flytt i etapper utanför kontorstid, med återgångsplan.",
                (2, 3),
                -60,
            ),
            mitigated(
                "Uppgifter förvanskas vid överföring",
                (2, 5),
                "Kontrollsummor och stickprov före driftsättning.",
                (1, 5),
                -30,
            ),
            untreated("Behöriga saknar åtkomst efter flytten", (4, 2), "MITIGATE"),
            mitigated(
                "Loggar från den gamla miljön går förlorade",
                (2, 3),
                "Arkivering i fem år hos leverantören.",
                (1, 2),
                120,
            ),
            untreated(
                "Prestandan räcker inte vid vaccinationskampanj",
                (1, 2),
                "ACCEPT",
            ),
        ],
    },
    Analysis {
        title: "Behörigheter på domännivå",
        under: HOSTING,
        by: "Fatima Haddad",
        hands_in: "Fatima Haddad",
        reviewer: "Johan Ekström",
        shared_with: &["Björn Åkerlund", "Helena Strand", "Stefan Ask"],
        begun: -225,
        review: 60,
        course: Approved,
        risks: &[
            mitigated(
                "Konton med alltför hög behörighet på domännivå",
                (4, 5),
                "Nivåindelad administration och kvartalsvis genomgång.",
                (3, 4),
                -10,
            ),
            mitigated(
                "Inaktiva användarkonton utnyttjas vid intrång",
                (4, 4),
                "Automatisk spärr efter nittio dagar.",
                (2, 3),
                30,
            ),
            mitigated(
                "Leverantörers konton lever kvar efter avslutade uppdrag",
                (3, 3),
                "Konton tidsbegränsas och knyts till avtal.",
                (2, 2),
                45,
            ),
            mitigated(
                "Delade administratörskonton hindrar spårbarhet",
                (5, 3),
                "Personliga konton och lösenordsvalv.",
                (2, 3),
                15,
            ),
            untreated(
                "Servicekonto med lösenord som aldrig byts",
                (3, 4),
                "MITIGATE",
            ),
            mitigated(
                "Fjärråtkomst utan flerfaktorsautentisering",
                (4, 5),
                "Krav på flerfaktor för all fjärråtkomst.",
                (2, 5),
                20,
            ),
        ],
    },
    Analysis {
        title: "E-tjänsteplattformen inför ny e-legitimation",
        under: HOSTING,
        by: "Lisa Nordin",
        hands_in: "Björn Åkerlund",
        reviewer: "Maria Sandberg",
        shared_with: &[],
        begun: -24,
        review: 180,
        course: Waiting,
        risks: &[
            mitigated(
                "Inloggning slutar fungera för äldre webbläsare",
                (5, 1),
                "Information till medborgare och servicedesk.",
                (4, 1),
                90,
            ),
            mitigated(
                "Sessionsuppgifter läcker mellan användare",
                (2, 5),
                "Penetrationstest före lansering.",
                (1, 5),
                60,
            ),
            untreated(
                "Överbelastning vid ansökan till förskola",
                (3, 3),
                "TRANSFER",
            ),
            mitigated(
                "Personuppgifter skickas till analysverktyg",
                (3, 4),
                "Verktyget tas bort från inloggade sidor.",
                (1, 3),
                30,
            ),
        ],
    },
    Analysis {
        title: "Avveckling av föråldrade verksamhetssystem",
        under: HOSTING,
        by: "Maria Sandberg",
        hands_in: "Maria Sandberg",
        reviewer: "Johan Ekström",
        shared_with: &["Björn Åkerlund"],
        begun: -66,
        review: 100,
        course: Returned,
        risks: &[
            untreated("Arkivpliktig information går förlorad", (2, 4), "AVOID"),
            mitigated(
                "Systemet för bygglovsritningar saknar säkerhetsuppdateringar",
                (5, 4),
                "Isoleras från internet tills det är ersatt.",
                (4, 3),
                35,
            ),
            untreated(
                "Ingen har kunskap om det gamla skolskjutssystemet",
                (4, 3),
                "AVOID",
            ),
            untreated("Licens löper ut före avvecklingen", (3, 1), "ACCEPT"),
        ],
    },
    Analysis {
        title: "Kommunens internetförbindelser",
        under: NETWORK,
        by: "Nora Viklund",
        hands_in: "Helena Strand",
        reviewer: "Erik Nyström",
        shared_with: &[],
        begun: -345,
        review: -40,
        course: Approved,
        risks: &[
            mitigated(
                "Båda förbindelserna går genom samma kanalisation",
                (2, 5),
                "Ny väg genom norra kommundelen är beställd.",
                (2, 5),
                -25,
            ),
            mitigated(
                "Överbelastningsattack mot kommunens adresser",
                (4, 3),
                "Skydd hos internetleverantören.",
                (2, 3),
                50,
            ),
            untreated("Avgrävd fiber vid vägarbete", (5, 2), "TRANSFER"),
            mitigated(
                "Omkopplingen mellan förbindelserna fungerar inte",
                (2, 4),
                "Prov två gånger om året.",
                (1, 4),
                -5,
            ),
            untreated(
                "Felaktig ruttannonsering från annan operatör",
                (1, 3),
                "ACCEPT",
            ),
        ],
    },
    Analysis {
        title: "Segmentering av fastighetsnätet",
        under: NETWORK,
        by: "Fatima Haddad",
        hands_in: "Fatima Haddad",
        reviewer: "Johan Ekström",
        shared_with: &["Helena Strand", "Björn Åkerlund"],
        begun: -180,
        review: 90,
        course: ApprovedAfterRemark,
        risks: &[
            mitigated(
                "Styrsystem för värme nås från kontorsnätet",
                (4, 4),
                "Egen zon med brandvägg och hoppserver.",
                (2, 3),
                28,
            ),
            mitigated(
                "Passersystemets styrenheter har standardlösenord",
                (5, 5),
                "Lösenord byts, enheter utan stöd ersätts.",
                (3, 4),
                10,
            ),
            untreated(
                "Leverantör av hissar kräver öppen fjärråtkomst",
                (3, 3),
                "AVOID",
            ),
            mitigated(
                "Larm från ventilation når inte driftcentralen",
                (2, 3),
                "Dubbla vägar för larm.",
                (1, 3),
                70,
            ),
            untreated("Kameror sänder okrypterat", (4, 2), "MITIGATE"),
        ],
    },
    Analysis {
        title: "Trådlöst nät på skolorna",
        under: NETWORK,
        by: "Nora Viklund",
        hands_in: "Helena Strand",
        reviewer: "Erik Nyström",
        shared_with: &[],
        begun: -128,
        review: 150,
        course: Reopened(-13),
        risks: &[
            mitigated(
                "Elever når personalens nät",
                (3, 4),
                "Skilda nät och certifikatbaserad inloggning.",
                (1, 4),
                80,
            ),
            untreated("Täckningen brister vid nationella prov", (3, 2), "MITIGATE"),
            mitigated(
                "Falsk accesspunkt samlar in lösenord",
                (2, 4),
                "Övervakning av radiomiljön.",
                (1, 4),
                110,
            ),
            untreated("Accesspunkter stjäls", (2, 1), "TRANSFER"),
            untreated("Gästnätet används för olaglig fildelning", (5, 1), "ACCEPT"),
        ],
    },
    Analysis {
        title: "Byte av centrala brandväggar",
        under: NETWORK,
        by: "David Lund",
        hands_in: "Helena Strand",
        reviewer: "Erik Nyström",
        shared_with: &[],
        begun: -17,
        review: 200,
        course: Begun,
        risks: &[
            mitigated(
                "Regler översätts fel till den nya brandväggen",
                (3, 4),
                "Regelgenomgång med systemförvaltarna före bytet.",
                (2, 3),
                21,
            ),
            untreated(
                "Bytet drar ut på tiden och stör lönekörningen",
                (2, 3),
                "AVOID",
            ),
            untreated(
                "Reservdelar till den gamla brandväggen tar slut",
                (1, 2),
                "ACCEPT",
            ),
        ],
    },
    Analysis {
        title: "Klienter i hemtjänsten",
        under: CLIENTS,
        by: "Elin Wikström",
        hands_in: "Stefan Ask",
        reviewer: "Sara Öberg",
        shared_with: &[],
        begun: -330,
        review: 18,
        course: Revised(-95),
        risks: &[
            mitigated(
                "Telefon med journaluppgifter tappas bort",
                (5, 4),
                "Fjärradering och kryptering av alla enheter.",
                (5, 2),
                33,
            ),
            mitigated(
                "Omanagerade mobiler ansluter till e-posten",
                (5, 3),
                "Villkorad åtkomst för anslutna enheter.",
                (2, 3),
                -12,
            ),
            untreated("Täckning saknas hos brukare i glesbygd", (4, 1), "ACCEPT"),
            mitigated(
                "Personal delar inloggning vid passbyte",
                (5, 3),
                "Inloggning med tjänstekort.",
                (2, 2),
                55,
            ),
            untreated("Batterier sväller i äldre surfplattor", (1, 5), "AVOID"),
        ],
    },
    Analysis {
        title: "Lokala administratörsrättigheter",
        under: CLIENTS,
        by: "Sara Öberg",
        hands_in: "Sara Öberg",
        reviewer: "Fatima Haddad",
        shared_with: &["Stefan Ask"],
        begun: -205,
        review: 130,
        course: Approved,
        risks: &[
            mitigated(
                "Skadlig programvara installeras av användare",
                (4, 4),
                "Rättigheterna tas bort, program paketeras.",
                (2, 4),
                48,
            ),
            mitigated(
                "Specialprogram i teknikförvaltningen slutar fungera",
                (3, 2),
                "Undantag med tidsgräns.",
                (2, 2),
                -3,
            ),
            untreated("Gymnasiets programmeringskurs hindras", (3, 1), "ACCEPT"),
            mitigated(
                "Lokalt lösenord är lika på alla datorer",
                (4, 5),
                "Unika lösenord som byts automatiskt.",
                (1, 5),
                62,
            ),
        ],
    },
    Analysis {
        title: "Servicedeskens identitetskontroll",
        under: CLIENTS,
        by: "Elin Wikström",
        hands_in: "Stefan Ask",
        reviewer: "Sara Öberg",
        shared_with: &[],
        begun: -42,
        review: 140,
        course: Returned,
        risks: &[
            mitigated(
                "Angripare får lösenord återställt genom telefonsamtal",
                (4, 4),
                "Motringning och kontroll mot tjänstekort.",
                (2, 4),
                22,
            ),
            untreated(
                "Ny personal saknar utbildning i rutinen",
                (3, 2),
                "MITIGATE",
            ),
            untreated(
                "Ärenden innehåller personnummer i klartext",
                (4, 3),
                "MITIGATE",
            ),
            untreated("Inspelade samtal sparas för länge", (2, 2), "AVOID"),
        ],
    },
    Analysis {
        title: "Utskrift och skanning",
        under: CLIENTS,
        by: "Elin Wikström",
        hands_in: "Stefan Ask",
        reviewer: "Sara Öberg",
        shared_with: &["Sara Öberg"],
        begun: -8,
        review: 210,
        course: Begun,
        risks: &[
            untreated(
                "Sekretessbelagda utskrifter blir liggande",
                (4, 3),
                "MITIGATE",
            ),
            untreated("Skrivares hårddiskar säljs med innehåll", (1, 4), "AVOID"),
            untreated("Skanning till fel mottagare", (3, 3), "MITIGATE"),
            untreated("Toner tar slut vid kallelse till val", (1, 1), "ACCEPT"),
        ],
    },
    Analysis {
        title: "Beroenden mellan leverantörerna vid större avbrott",
        under: HOSTING,
        by: "Johan Ekström",
        hands_in: "Johan Ekström",
        reviewer: "Fatima Haddad",
        shared_with: &["Björn Åkerlund", "Helena Strand", "Stefan Ask"],
        begun: -28,
        review: 160,
        course: Waiting,
        risks: &[
            mitigated(
                "Ingen leverantör tar ledningen vid gemensamt avbrott",
                (3, 4),
                "Utsedd samordnare och gemensam övning varje år.",
                (2, 3),
                95,
            ),
            mitigated(
                "Kontaktvägar är gamla när de behövs",
                (4, 2),
                "Listan bekräftas varje kvartal.",
                (2, 1),
                44,
            ),
            untreated("Elavbrott längre än reservkraften räcker", (1, 5), "ACCEPT"),
            mitigated(
                "Återstart sker i fel ordning",
                (3, 3),
                "Gemensam startordning för samtliga system.",
                (2, 2),
                66,
            ),
        ],
    },
    Analysis {
        title: "Drift av Norrviks verksamhetssystem",
        under: NORRVIK_HOSTING,
        by: "Lisa Nordin",
        hands_in: "Björn Åkerlund",
        reviewer: "Oskar Bergman",
        shared_with: &[],
        begun: -250,
        review: 20,
        course: Approved,
        risks: &[
            mitigated(
                "Återläsning av bygglovssystemet tar längre tid än avtalat",
                (3, 4),
                "Ny lagringslösning under hösten.",
                (3, 4),
                -18,
            ),
            mitigated(
                "Äldre inloggning till ekonomisystemet",
                (4, 3),
                "Flerfaktorsautentisering införs.",
                (2, 3),
                38,
            ),
            untreated("Nyckelperson slutar hos kommunen", (3, 2), "TRANSFER"),
        ],
    },
    Analysis {
        title: "Norrviks e-tjänster",
        under: NORRVIK_HOSTING,
        by: "Mehmet Yilmaz",
        hands_in: "Mehmet Yilmaz",
        reviewer: "Oskar Bergman",
        shared_with: &["Björn Åkerlund"],
        begun: -35,
        review: 120,
        course: Waiting,
        risks: &[
            mitigated(
                "Personuppgifter visas för fel sökande",
                (2, 5),
                "Granskning av behörighetskontrollen.",
                (2, 5),
                52,
            ),
            untreated("Betalning misslyckas utan besked", (3, 2), "MITIGATE"),
            untreated("Formulär nås inte med hjälpmedel", (4, 2), "MITIGATE"),
        ],
    },
];

/// What is decided on a request to accept a risk.
#[derive(Clone, Copy)]
enum Decision {
    /// Nothing yet.
    Awaited,
    /// Accepted until this day.
    Until(i64),
    /// Declined.
    No,
}
use Decision::{Awaited, No, Until};

/// A request to accept a risk, by its title.
struct Asked {
    risk: &'static str,
    by: &'static str,
    it_manager: &'static str,
    on: i64,
    proposed: i64,
    decision: Decision,
}

const fn asked(
    risk: &'static str,
    by: &'static str,
    on: i64,
    proposed: i64,
    decision: Decision,
) -> Asked {
    let it_manager = "Anna Lindqvist";
    Asked {
        risk,
        by,
        it_manager,
        on,
        proposed,
        decision,
    }
}

/// The same, asked of Norrvik.
const fn asked_of_norrvik(
    risk: &'static str,
    by: &'static str,
    on: i64,
    proposed: i64,
    decision: Decision,
) -> Asked {
    let it_manager = "Ulrika Dahl";
    Asked {
        risk,
        by,
        it_manager,
        on,
        proposed,
        decision,
    }
}

const ACCEPTANCES: &[Asked] = &[
    asked(
        "Databasversion utan leverantörsstöd",
        "Björn Åkerlund",
        -318,
        14,
        Until(14),
    ),
    asked(
        "Utpressningsvirus når ekonomisystemets servrar",
        "Björn Åkerlund",
        -210,
        -22,
        Until(-22),
    ),
    asked(
        "Utpressningsvirus når ekonomisystemets servrar",
        "Björn Åkerlund",
        -7,
        180,
        Awaited,
    ),
    asked(
        "Konton med alltför hög behörighet på domännivå",
        "Johan Ekström",
        -190,
        120,
        Until(120),
    ),
    asked(
        "Fjärråtkomst utan flerfaktorsautentisering",
        "Björn Åkerlund",
        -150,
        60,
        No,
    ),
    asked(
        "Servicekonto med lösenord som aldrig byts",
        "Björn Åkerlund",
        -120,
        -9,
        Until(-9),
    ),
    asked(
        "Båda förbindelserna går genom samma kanalisation",
        "Helena Strand",
        -300,
        40,
        Until(40),
    ),
    asked(
        "Passersystemets styrenheter har standardlösenord",
        "Helena Strand",
        -140,
        45,
        No,
    ),
    asked(
        "Passersystemets styrenheter har standardlösenord",
        "Helena Strand",
        -19,
        90,
        Awaited,
    ),
    asked(
        "Avgrävd fiber vid vägarbete",
        "Helena Strand",
        -280,
        -45,
        Until(-45),
    ),
    asked(
        "Telefon med journaluppgifter tappas bort",
        "Stefan Ask",
        -80,
        200,
        Until(150),
    ),
    asked(
        "Ärenden innehåller personnummer i klartext",
        "Stefan Ask",
        -22,
        60,
        Awaited,
    ),
    asked_of_norrvik(
        "Återläsning av bygglovssystemet tar längre tid än avtalat",
        "Björn Åkerlund",
        -180,
        70,
        Until(70),
    ),
    asked_of_norrvik(
        "Personuppgifter visas för fel sökande",
        "Björn Åkerlund",
        -11,
        60,
        Awaited,
    ),
];

/// Every analysis and every request for acceptance, with what becomes of them.
pub fn stories(world: &World) -> Vec<Story<'_>> {
    let analyses = ANALYSES
        .iter()
        .map(|analysis| -> Story<'_> { Box::pin(work_out(world, analysis)) });
    let acceptances = ACCEPTANCES
        .iter()
        .map(|asked| -> Story<'_> { Box::pin(accept(world, asked)) });
    analyses.chain(acceptances).collect()
}

async fn work_out(world: &World, analysis: &Analysis) -> Result<()> {
    world.timeline.day(analysis.begun).await;
    let author = world.person(analysis.by)?;
    let input = json!({
        "agreementId": world.id(analysis.under)?,
        "title": analysis.title,
        "description": "Genomförd som workshop med förvaltning och leverantör. Sannolikhet och konsekvens bedöms i fem steg.",
        "reviewOn": world.timeline.date(analysis.review),
    });
    let mut record = author.does("createRiskAnalysis", input).await?;
    let owner = world.person(analysis.hands_in)?;
    for name in analysis.shared_with {
        let guest = json!({"organisationId": world.person(name)?.organisation_id()});
        record = owner.moves("shareRiskAnalysis", &record, guest).await?;
    }
    let mut risks = Vec::new();
    for risk in analysis.risks {
        risks.push(add(world, analysis, author, &record, risk).await?);
    }
    if let Begun = analysis.course {
        return Ok(());
    }
    Telling {
        world,
        analysis,
        author,
        risks,
    }
    .hand_in(&record)
    .await
}

async fn add(
    world: &World,
    analysis: &Analysis,
    author: Somebody<'_>,
    to: &Record,
    risk: &Risk,
) -> Result<Record> {
    let input = json!({
        "riskAnalysisId": to.id,
        "title": risk.title,
        "likelihood": risk.now.0,
        "impact": risk.now.1,
        "treatment": risk.treatment,
        "treatmentPlan": risk.plan,
        "residualLikelihood": risk.remaining.map(|(likelihood, _)| likelihood),
        "residualImpact": risk.remaining.map(|(_, impact)| impact),
        "ownerId": world.person(analysis.hands_in)?.id(),
        "reviewOn": risk.review.map(|days| world.timeline.date(days)),
    });
    author.does("addRisk", input).await
}

const REMARKS: &[&str] = &[
    "Konsekvensen för socialtjänsten är inte beskriven. Komplettera.",
    "Åtgärderna saknar ansvarig och datum.",
    "Bedömningen av kvarvarande risk behöver motiveras.",
];

struct Telling<'w> {
    world: &'w World,
    analysis: &'w Analysis,
    author: Somebody<'w>,
    risks: Vec<Record>,
}

impl Telling<'_> {
    async fn hand_in(&self, record: &Record) -> Result<()> {
        let begun = self.analysis.begun;
        self.world.timeline.day(begun + 6).await;
        let submitted = self.submit(record, "Färdig för granskning.").await?;
        // From here on, its customer sees them.
        for (risk, record) in self.analysis.risks.iter().zip(&self.risks) {
            self.world.remember(format!("risk {}", risk.title), record);
        }
        self.talk(&submitted).await?;
        match self.analysis.course {
            Begun | Waiting => Ok(()),
            Returned => self.send_back(&submitted).await.map(drop),
            Approved => self.approve(&submitted, begun + 15).await.map(drop),
            ApprovedAfterRemark => {
                let returned = self.send_back(&submitted).await?;
                self.world.timeline.day(begun + 20).await;
                let again = self
                    .submit(&returned, "Kompletterad enligt anmärkningen.")
                    .await?;
                self.approve(&again, begun + 27).await.map(drop)
            }
            Reopened(day) => {
                let approved = self.approve(&submitted, begun + 15).await?;
                self.revise(&approved, day).await.map(drop)
            }
            Revised(day) => {
                let approved = self.approve(&submitted, begun + 15).await?;
                let revised = self.revise(&approved, day).await?;
                self.bring_up_to_date().await?;
                let again = self.submit(&revised, "Årlig översyn.").await?;
                self.approve(&again, day + 10).await.map(drop)
            }
        }
    }

    async fn submit(&self, record: &Record, message: &str) -> Result<Record> {
        let manager = self.world.person(self.analysis.hands_in)?;
        let input = json!({"message": message});
        manager.moves("submitRiskAnalysis", record, input).await
    }

    /// Some analyses are talked about: openly, and among the customer's own people.
    async fn talk(&self, record: &Record) -> Result<()> {
        let on = On::RiskAnalysis(&record.id);
        let reviewer = self.world.person(self.analysis.reviewer)?;
        if self.analysis.begun % 2 == 0 {
            reviewer
                .comments(
                    on,
                    "SHARED",
                    "Bra genomarbetat. Vi tar upp de högsta riskerna i forumet.",
                )
                .await?;
        }
        if self.analysis.begun % 3 == 0 {
            reviewer
                .comments(
                    on,
                    "INTERNAL",
                    "Stäm av acceptanserna med IT-chefen före mötet.",
                )
                .await?;
        }
        Ok(())
    }

    async fn send_back(&self, record: &Record) -> Result<Record> {
        let begun = self.analysis.begun;
        self.world.timeline.day(begun + 13).await;
        let input = json!({"remark": pick(REMARKS, begun.unsigned_abs() as usize)});
        let reviewer = self.world.person(self.analysis.reviewer)?;
        reviewer.moves("returnRiskAnalysis", record, input).await
    }

    async fn approve(&self, record: &Record, day: i64) -> Result<Record> {
        self.world.timeline.day(day).await;
        let reviewer = self.world.person(self.analysis.reviewer)?;
        reviewer
            .moves("approveRiskAnalysis", record, json!({}))
            .await
    }

    async fn revise(&self, record: &Record, day: i64) -> Result<Record> {
        self.world.timeline.day(day).await;
        let manager = self.world.person(self.analysis.hands_in)?;
        manager.moves("reviseRiskAnalysis", record, json!({})).await
    }

    /// A year on, one risk is gone and another is watched more closely.
    async fn bring_up_to_date(&self) -> Result<()> {
        if let [_, gone, watched, ..] = self.risks.as_slice() {
            self.author.moves("closeRisk", gone, json!({})).await?;
            let input = json!({"description": "Omprövad vid årlig översyn; bedömningen kvarstår."});
            self.author.moves("updateRisk", watched, input).await?;
        }
        Ok(())
    }
}

const JUSTIFICATIONS: &[&str] = &[
    "Åtgärden är beställd men kan inte vara klar före den föreslagna dagen.",
    "Kostnaden för att åtgärda nu står inte i proportion till risken.",
    "Systemet ersätts inom perioden; övervakningen är förstärkt till dess.",
];

async fn accept(world: &World, asked: &Asked) -> Result<()> {
    world.timeline.day(asked.on).await;
    let input = json!({
        "riskId": world.id(&format!("risk {}", asked.risk))?,
        "justification": pick(JUSTIFICATIONS, asked.on.unsigned_abs() as usize),
        "proposedUntil": world.timeline.date(asked.proposed),
    });
    let request = world
        .person(asked.by)?
        .does("requestRiskAcceptance", input)
        .await?;
    let it_manager = world.person(asked.it_manager)?;
    match asked.decision {
        Awaited => Ok(()),
        Until(day) => {
            world.timeline.day(asked.on + 5).await;
            let input = json!({
                "acceptedUntil": world.timeline.date(day),
                "note": "Accepteras under förutsättning att åtgärden följs upp i det taktiska forumet.",
            });
            it_manager
                .moves("acceptRisk", &request, input)
                .await
                .map(drop)
        }
        No => {
            world.timeline.day(asked.on + 6).await;
            let input = json!({"note": "Accepteras inte. Ta fram en åtgärdsplan till nästa strategiska forum."});
            it_manager
                .moves("declineRisk", &request, input)
                .await
                .map(drop)
        }
    }
}
