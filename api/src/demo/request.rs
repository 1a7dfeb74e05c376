//! Evidence requests: what the customers ask for, by when, and how they are answered.

use anyhow::Result;
use serde_json::json;

use super::{
    administration::{CLIENTS, HOSTING, NETWORK, NORRVIK_HOSTING},
    timeline::Story,
    world::{On, Record, Somebody, World},
};

/// How a request fares.
#[derive(Clone, Copy)]
enum Course {
    /// Nobody has answered, in time or not.
    Open,
    /// Answered with what was handed in on that day, and not looked at.
    Answered(i64, &'static str),
    /// Answered on that day, and enough.
    Fulfilled(i64, &'static str),
    /// Answered on that day, not enough, and asked again with this remark.
    Reopened(i64, &'static str, &'static str),
    /// No longer asked for since that day.
    Withdrawn(i64, &'static str),
}
use Course::{Answered, Fulfilled, Open, Reopened, Withdrawn};

/// A request, from the day it is asked to the day it is due.
struct Asked {
    by: &'static str,
    under: &'static str,
    kind: &'static str,
    title: &'static str,
    description: Option<&'static str>,
    on: i64,
    due: i64,
    course: Course,
}

/// Every request. An answer is named by the title of the evidence that was handed in.
const REQUESTS: &[Asked] = &[
    Asked {
        by: "Maria Sandberg",
        under: HOSTING,
        kind: "RESTORE_TEST",
        title: "Återläsningstest av lönesystemet",
        description: Some(
            "Protokoll med mål för återställningstid och faktisk tid. Minst en fullständig återläsning.",
        ),
        on: -262,
        due: -230,
        course: Fulfilled(-234, "Återläsningstest av lönesystemet"),
    },
    Asked {
        by: "Johan Ekström",
        under: HOSTING,
        kind: "AUDIT_REPORT",
        title: "Rapport från årets uppföljande revision",
        description: None,
        on: -230,
        due: -195,
        course: Fulfilled(
            -199,
            "Uppföljande revision av ledningssystemet för informationssäkerhet",
        ),
    },
    Asked {
        by: "Johan Ekström",
        under: HOSTING,
        kind: "AUDIT_REPORT",
        title: "ISAE 3402-rapport som täcker hela avtalsåret",
        description: Some(
            "Rapporten ska omfatta kontroller för behörighet, ändringar och säkerhetskopiering.",
        ),
        on: -75,
        due: -20,
        course: Reopened(
            -58,
            "ISAE 3402 typ 2, applikationsdrift",
            "Perioden slutar före avtalsårets slut. Vi behöver en brygga (bridge letter) för återstående månader.",
        ),
    },
    Asked {
        by: "Maria Sandberg",
        under: HOSTING,
        kind: "RESTORE_TEST",
        title: "Återläsningstest av ärendehanteringssystemet",
        description: None,
        on: -50,
        due: -12,
        course: Answered(-15, "Återläsningstest av ärendehanteringssystemet"),
    },
    Asked {
        by: "Maria Sandberg",
        under: HOSTING,
        kind: "RESTORE_TEST",
        title: "Återläsningstest av skolplattformen",
        description: Some("Inför terminsstart. Ta med återställning av bilagor."),
        on: -18,
        due: 9,
        course: Open,
    },
    Asked {
        by: "Fatima Haddad",
        under: HOSTING,
        kind: "OTHER",
        title: "Förteckning över konton med domänadministratörsrättigheter",
        description: Some("Per system, med ägare och senaste inloggning."),
        on: -40,
        due: -5,
        course: Open,
    },
    Asked {
        by: "Erik Nyström",
        under: NETWORK,
        kind: "PENETRATION_TEST",
        title: "Penetrationstest av kommunens externa adresser",
        description: None,
        on: -80,
        due: -45,
        course: Answered(-48, "Penetrationstest av externa adresser"),
    },
    Asked {
        by: "Erik Nyström",
        under: NETWORK,
        kind: "CERTIFICATE",
        title: "Förnyat certifikat ISO 14001",
        description: Some("Nuvarande certifikat har gått ut."),
        on: -30,
        due: -2,
        course: Open,
    },
    Asked {
        by: "Fatima Haddad",
        under: NETWORK,
        kind: "OTHER",
        title: "Nätritning med säkerhetszoner",
        description: None,
        on: -9,
        due: 21,
        course: Open,
    },
    Asked {
        by: "Erik Nyström",
        under: NETWORK,
        kind: "POLICY",
        title: "Rutin för fjärråtkomst för underleverantörer",
        description: None,
        on: -160,
        due: -110,
        course: Withdrawn(-131, "Ersatt av kravet i den nya avtalsbilagan."),
    },
    Asked {
        by: "Sara Öberg",
        under: CLIENTS,
        kind: "RESTORE_TEST",
        title: "Test av återställning av profiler",
        description: None,
        on: -105,
        due: -70,
        course: Fulfilled(-76, "Återställning av profiler och hemkataloger"),
    },
    Asked {
        by: "Sara Öberg",
        under: CLIENTS,
        kind: "STATEMENT_OF_APPLICABILITY",
        title: "Uttalande om tillämplighet för klienttjänsterna",
        description: None,
        on: -60,
        due: 4,
        course: Reopened(
            -44,
            "Uttalande om tillämplighet, klienttjänster",
            "Motivering saknas för undantagna säkerhetsåtgärder.",
        ),
    },
    Asked {
        by: "Johan Ekström",
        under: CLIENTS,
        kind: "CERTIFICATE",
        title: "Förnyat certifikat ISO/IEC 27001",
        description: Some("Certifikatet går snart ut. Lämna in det nya så snart det är utfärdat."),
        on: -6,
        due: 14,
        course: Open,
    },
    Asked {
        by: "Oskar Bergman",
        under: NORRVIK_HOSTING,
        kind: "RESTORE_TEST",
        title: "Återläsningstest av ekonomisystemet",
        description: None,
        on: -225,
        due: -190,
        course: Fulfilled(-196, "Återläsningstest av Norrviks ekonomisystem"),
    },
    Asked {
        by: "Mehmet Yilmaz",
        under: NORRVIK_HOSTING,
        kind: "OTHER",
        title: "Beskrivning av driftmiljön",
        description: None,
        on: -32,
        due: -3,
        course: Open,
    },
    Asked {
        by: "Mehmet Yilmaz",
        under: NORRVIK_HOSTING,
        kind: "PENETRATION_TEST",
        title: "Penetrationstest av e-tjänsterna",
        description: None,
        on: -45,
        due: -10,
        course: Answered(-16, "Penetrationstest av Norrviks e-tjänster"),
    },
];

/// Every request, and what becomes of it.
pub fn stories(world: &World) -> Vec<Story<'_>> {
    REQUESTS
        .iter()
        .map(|asked| -> Story<'_> { Box::pin(tell(world, asked)) })
        .collect()
}

async fn tell(world: &World, asked: &Asked) -> Result<()> {
    world.timeline.day(asked.on).await;
    let customer = world.person(asked.by)?;
    let input = json!({
        "agreementId": world.id(asked.under)?,
        "kind": asked.kind,
        "title": asked.title,
        "description": asked.description,
        "dueOn": world.timeline.date(asked.due),
    });
    let request = customer.does("createEvidenceRequest", input).await?;
    match asked.course {
        Open => waits(world, asked, customer, &request).await,
        Answered(day, title) => answer(world, asked, &request, day, title).await.map(drop),
        Fulfilled(day, title) => {
            let answered = answer(world, asked, &request, day, title).await?;
            world.timeline.day(day + 6).await;
            customer
                .moves("fulfilEvidenceRequest", &answered, json!({}))
                .await
                .map(drop)
        }
        Reopened(day, title, remark) => {
            let answered = answer(world, asked, &request, day, title).await?;
            world.timeline.day(day + 8).await;
            customer
                .moves(
                    "reopenEvidenceRequest",
                    &answered,
                    json!({"remark": remark}),
                )
                .await
                .map(drop)
        }
        Withdrawn(day, remark) => {
            world.timeline.day(day).await;
            customer
                .moves(
                    "withdrawEvidenceRequest",
                    &request,
                    json!({"remark": remark}),
                )
                .await
                .map(drop)
        }
    }
}

/// A request that is overdue is talked about.
async fn waits(
    world: &World,
    asked: &Asked,
    customer: Somebody<'_>,
    request: &Record,
) -> Result<()> {
    if asked.due < 0 {
        let on = On::EvidenceRequest(&request.id);
        world.timeline.day(asked.due + 1).await;
        customer
            .comments(
                on,
                "SHARED",
                "Tiden har gått ut. När kan vi vänta underlaget?",
            )
            .await?;
        customer
            .comments(
                on,
                "INTERNAL",
                "Tas upp i det taktiska forumet om inget kommer den här veckan.",
            )
            .await?;
        author(world, asked)?
            .comments(
                on,
                "SHARED",
                "Vi är försenade men lämnar in inom två veckor.",
            )
            .await?;
    }
    Ok(())
}

async fn answer(
    world: &World,
    asked: &Asked,
    request: &Record,
    day: i64,
    title: &str,
) -> Result<Record> {
    world.timeline.day(day).await;
    let submission = world.id(&format!("{title} under {}", asked.under))?;
    author(world, asked)?
        .moves(
            "answerEvidenceRequest",
            request,
            json!({"submissionId": submission}),
        )
        .await
}

/// Who answers for the supplier.
fn author<'w>(world: &'w World, asked: &Asked) -> Result<Somebody<'w>> {
    world.person(match asked.under {
        NETWORK => "Nora Viklund",
        CLIENTS => "Elin Wikström",
        _ => "Lisa Nordin",
    })
}
