//! Risk analyses in every state, their risks across the matrix, and what was decided on those too high.

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    administration::{CLIENTS, HOSTING, NETWORK, NORRVIK_HOSTING},
    pick,
    timeline::Story,
    world::{On, Record, Somebody, World},
};

/// How an analysis fares.
#[derive(Clone, Copy, PartialEq)]
enum Course {
    /// Still being worked out.
    Draft,
    /// Handed in and not looked at.
    Submitted,
    /// Returned with a remark.
    Returned,
    /// Returned, mended and approved.
    ApprovedAtLast,
    /// Approved at once.
    Approved,
    /// Approved, and being worked out anew.
    Revised,
    /// Approved, worked out anew and approved again.
    ApprovedAgain,
}
use Course::{Approved, ApprovedAgain, ApprovedAtLast, Draft, Returned, Revised, Submitted};

/// A risk analysis.
struct Analysis {
    title: &'static str,
    under: &'static str,
    /// Who begins it and works it out.
    by: &'static str,
    /// Whom it is shared with before it is handed in, by one of their people.
    with: &'static [&'static str],
    /// Who hands it in, and who reviews it.
    manager: &'static str,
    reviewer: &'static str,
    begun: i64,
    /// When it shall be looked at again.
    review: i64,
    course: Course,
    risks: &'static [&'static str],
}

const HOSTING_RISKS: &[&str] = &[
    "Säkerhetskopior går inte att läsa tillbaka i tid",
    "Utpressningsprogram krypterar filservrar",
    "Konto med för hög behörighet missbrukas",
    "Föråldrat operativsystem utan rättningar utnyttjas",
    "Avbrott i serverhallens kylning",
    "Felaktig ändring i produktion utan återgångsplan",
    "Läckage av personuppgifter ur testmiljö",
];
const NETWORK_RISKS: &[&str] = &[
    "Överbelastningsattack mot internetförbindelsen",
    "Intrång genom oskyddad fjärråtkomst",
    "Brandväggsregel öppnar mer än avsett",
    "Kabelbrott på sträcka utan reservväg",
    "Fastighetsstyrning nås från gästnätet",
    "Switch utan support slutar fungera",
    "Avlyssning av trådlöst nät på skolor",
];
const CLIENTS_RISKS: &[&str] = &[
    "Omanagerad mobil ansluts till interna system",
    "Sårbar webbläsare utnyttjas vid riktat nätfiske",
    "Stulen dator utan krypterad disk",
    "Lokal administratör installerar skadlig kod",
    "Inaktivt konto tas över",
    "Borttappad enhet anmäls för sent",
    "Programvara utan uppdateringar blir kvar",
];
const SHARED_RISKS: &[&str] = &[
    "Oklart ansvar mellan leverantörer vid större avbrott",
    "Händelser i loggar kopplas inte samman",
    "Nyckelperson saknas under semestern",
    "Kommunens krav når inte underleverantörer",
    "Leverantör går i konkurs eller köps upp",
    "Gemensam krisövning har inte genomförts",
    "Incident rapporteras för sent till tillsynsmyndighet",
];

const ANALYSES: &[Analysis] = &[
    Analysis {
        title: "Risk- och sårbarhetsanalys applikationsdrift",
        under: HOSTING,
        by: "Amir Rezaei",
        with: &["Maria Sandberg"],
        manager: "Björn Åkerlund",
        reviewer: "Maria Sandberg",
        begun: -310,
        review: 55,
        course: ApprovedAtLast,
        risks: HOSTING_RISKS,
    },
    Analysis {
        title: "Risk- och sårbarhetsanalys nätverk",
        under: NETWORK,
        by: "David Lund",
        with: &["Erik Nyström"],
        manager: "Helena Strand",
        reviewer: "Erik Nyström",
        begun: -290,
        review: -14,
        course: Approved,
        risks: NETWORK_RISKS,
    },
    Analysis {
        title: "Risk- och sårbarhetsanalys klienter",
        under: CLIENTS,
        by: "Elin Wikström",
        with: &["Sara Öberg"],
        manager: "Stefan Ask",
        reviewer: "Johan Ekström",
        begun: -275,
        review: 20,
        course: Approved,
        risks: CLIENTS_RISKS,
    },
    Analysis {
        title: "Gemensam riskanalys för driftleverantörerna",
        under: HOSTING,
        by: "Johan Ekström",
        with: &["Björn Åkerlund", "Helena Strand", "Stefan Ask"],
        manager: "Björn Åkerlund",
        reviewer: "Anna Lindqvist",
        begun: -240,
        review: 90,
        course: Approved,
        risks: SHARED_RISKS,
    },
    Analysis {
        title: "Riskanalys inför byte av lönesystem",
        under: HOSTING,
        by: "Amir Rezaei",
        with: &["Maria Sandberg"],
        manager: "Björn Åkerlund",
        reviewer: "Fatima Haddad",
        begun: -200,
        review: 30,
        course: ApprovedAgain,
        risks: HOSTING_RISKS,
    },
    Analysis {
        title: "Riskanalys av trådlösa nät på skolorna",
        under: NETWORK,
        by: "Erik Nyström",
        with: &["Helena Strand"],
        manager: "Helena Strand",
        reviewer: "Johan Ekström",
        begun: -130,
        review: 120,
        course: Revised,
        risks: NETWORK_RISKS,
    },
    Analysis {
        title: "Riskanalys av mobila enheter i hemtjänsten",
        under: CLIENTS,
        by: "Ali Hosseini",
        with: &[],
        manager: "Stefan Ask",
        reviewer: "Sara Öberg",
        begun: -60,
        review: 200,
        course: Returned,
        risks: CLIENTS_RISKS,
    },
    Analysis {
        title: "Riskanalys av ny internetförbindelse",
        under: NETWORK,
        by: "David Lund",
        with: &[],
        manager: "Helena Strand",
        reviewer: "Erik Nyström",
        begun: -30,
        review: 220,
        course: Submitted,
        risks: NETWORK_RISKS,
    },
    Analysis {
        title: "Riskanalys av flytt till ny serverhall",
        under: HOSTING,
        by: "Amir Rezaei",
        with: &[],
        manager: "Björn Åkerlund",
        reviewer: "Maria Sandberg",
        begun: -20,
        review: 240,
        course: Draft,
        risks: HOSTING_RISKS,
    },
    Analysis {
        title: "Kommunens egen bedömning av leverantörsberoendet",
        under: CLIENTS,
        by: "Fatima Haddad",
        with: &[],
        manager: "Anna Lindqvist",
        reviewer: "Johan Ekström",
        begun: -15,
        review: 180,
        course: Draft,
        risks: SHARED_RISKS,
    },
    Analysis {
        title: "Riskanalys applikationsdrift Norrvik",
        under: NORRVIK_HOSTING,
        by: "Amir Rezaei",
        with: &["Oskar Bergman"],
        manager: "Björn Åkerlund",
        reviewer: "Oskar Bergman",
        begun: -180,
        review: -5,
        course: Approved,
        risks: HOSTING_RISKS,
    },
    Analysis {
        title: "Riskanalys av e-tjänster i Norrvik",
        under: NORRVIK_HOSTING,
        by: "Mehmet Yilmaz",
        with: &[],
        manager: "Mehmet Yilmaz",
        reviewer: "Ulrika Dahl",
        begun: -12,
        review: 150,
        course: Draft,
        risks: SHARED_RISKS,
    },
];

/// Likelihood and impact now, treatment, and likelihood and impact after it, if it was assessed.
type Rating = (i32, i32, &'static str, Option<(i32, i32)>);

const RATINGS: &[Rating] = &[
    (4, 5, "MITIGATE", Some((3, 4))),
    (3, 4, "MITIGATE", Some((2, 3))),
    (2, 5, "TRANSFER", Some((2, 5))),
    (5, 3, "MITIGATE", Some((4, 3))),
    (1, 4, "ACCEPT", None),
    (3, 3, "MITIGATE", Some((1, 3))),
    (2, 2, "ACCEPT", None),
    (5, 5, "AVOID", Some((2, 5))),
    (1, 2, "ACCEPT", None),
    (4, 4, "MITIGATE", Some((4, 3))),
    (2, 4, "TRANSFER", Some((1, 4))),
];

/// Every analysis and what becomes of it.
pub fn stories(world: &World) -> Vec<Story<'_>> {
    ANALYSES
        .iter()
        .enumerate()
        .map(|(number, analysis)| -> Story<'_> { Box::pin(tell(world, analysis, number)) })
        .collect()
}

async fn tell(world: &World, analysis: &Analysis, number: usize) -> Result<()> {
    world.timeline.day(analysis.begun).await;
    let by = world.person(analysis.by)?;
    let input = json!({
        "agreementId": world.id(analysis.under)?,
        "title": analysis.title,
        "description": "Hot, sårbarheter och konsekvenser gicks igenom i en gemensam arbetsgrupp.",
        "reviewOn": world.timeline.date(analysis.review),
    });
    let begun = by.does("createRiskAnalysis", input).await?;
    share(world, analysis, &begun).await?;
    let risks = add_risks(world, analysis, &begun, number).await?;
    if analysis.course == Draft {
        return Ok(());
    }
    let approved = hand_in(world, analysis, &begun, &risks).await?;
    if let Some(approved) = approved {
        accept(world, analysis, &risks, number).await?;
        work_out_anew(world, analysis, approved, &risks).await?;
    }
    Ok(())
}

/// The owner's manager, or whoever began it for a customer, lets the others take part.
async fn share(world: &World, analysis: &Analysis, begun: &Record) -> Result<()> {
    for other in analysis.with {
        let by = world.person(analysis.by)?;
        let other = world.person(other)?;
        let manager = world.person(analysis.manager)?;
        let owner = if manager.organisation_id() == by.organisation_id() {
            manager
        } else {
            by
        };
        let input = json!({"organisationId": other.organisation_id()});
        owner.moves("shareRiskAnalysis", begun, input).await?;
    }
    Ok(())
}

async fn add_risks(
    world: &World,
    analysis: &Analysis,
    begun: &Record,
    number: usize,
) -> Result<Vec<Record>> {
    let mut risks = Vec::new();
    for (place, title) in analysis.risks.iter().enumerate() {
        world
            .timeline
            .day(analysis.begun + 2 + i64::try_from(place)?)
            .await;
        let (likelihood, impact, treatment, residual) = pick(RATINGS, number * 3 + place);
        let review = analysis.review - 40 + 11 * i64::try_from(place)?;
        let input = json!({
            "riskAnalysisId": begun.id,
            "title": title,
            "description": "Konsekvensen blir avbrott i verksamheten eller förlust av information.",
            "likelihood": likelihood,
            "impact": impact,
            "treatment": treatment,
            "treatmentPlan": residual.map(|_| "Åtgärder enligt handlingsplan, följs upp i forumet."),
            "residualLikelihood": residual.map(|(likelihood, _)| likelihood),
            "residualImpact": residual.map(|(_, impact)| impact),
            "reviewOn": world.timeline.date(review),
        });
        // Those who take part add risks by turns.
        let name = match place % 3 {
            2 => analysis.with.first().unwrap_or(&analysis.by),
            _ => &analysis.by,
        };
        risks.push(world.person(name)?.does("addRisk", input).await?);
    }
    Ok(risks)
}

/// Hands it in and has it reviewed; gives the analysis if it was approved.
async fn hand_in(
    world: &World,
    analysis: &Analysis,
    begun: &Record,
    risks: &[Record],
) -> Result<Option<Record>> {
    let (manager, reviewer) = (
        world.person(analysis.manager)?,
        world.person(analysis.reviewer)?,
    );
    world.timeline.day(analysis.begun + 14).await;
    let input = json!({"message": "Analysen är gemensamt genomgången och klar för granskning."});
    let submitted = manager
        .moves("submitRiskAnalysis", begun, input.clone())
        .await?;
    if analysis.course == Submitted {
        return Ok(None);
    }
    world.timeline.day(analysis.begun + 20).await;
    if !matches!(analysis.course, Returned | ApprovedAtLast) {
        return approve(reviewer, &submitted).await.map(Some);
    }
    let remark =
        json!({"remark": "Beskriv konsekvensen för verksamheten för de två högsta riskerna."});
    let returned = reviewer
        .moves("returnRiskAnalysis", &submitted, remark)
        .await?;
    reviewer
        .comments(
            On::RiskAnalysis(&begun.id),
            "SHARED",
            "Jag är med på ett möte om ni vill gå igenom det.",
        )
        .await?;
    if analysis.course == Returned {
        return Ok(None);
    }
    world.timeline.day(analysis.begun + 26).await;
    let change = json!({"description": "Konsekvens: löner kan inte betalas ut i tid, eller handläggning stannar."});
    manager.moves("updateRisk", &risks[0], change).await?;
    let again = manager
        .moves("submitRiskAnalysis", &returned, input)
        .await?;
    world.timeline.day(analysis.begun + 31).await;
    approve(reviewer, &again).await.map(Some)
}

async fn approve(reviewer: Somebody<'_>, submitted: &Record) -> Result<Record> {
    let input = json!({"remark": "Godkänd. Följs upp i det taktiska forumet."});
    reviewer
        .moves("approveRiskAnalysis", submitted, input)
        .await
}

/// What is decided on an acceptance: until which day, or not at all.
#[derive(Clone, Copy)]
enum Decision {
    Until(i64),
    Declined,
    Waits,
}

const DECISIONS: &[Decision] = &[
    Decision::Until(24),
    Decision::Until(-21),
    Decision::Waits,
    Decision::Declined,
    Decision::Until(140),
    Decision::Until(-60),
    Decision::Waits,
];

/// The manager asks for acceptance of the risks that stay high, and the IT manager decides.
async fn accept(world: &World, analysis: &Analysis, risks: &[Record], number: usize) -> Result<()> {
    let it_manager = world.person(if analysis.under == NORRVIK_HOSTING {
        "Ulrika Dahl"
    } else {
        "Anna Lindqvist"
    })?;
    let manager = world.person(analysis.manager)?;
    let high = risks
        .iter()
        .enumerate()
        .filter(|(place, _)| stays_high(number * 3 + place));
    let mut day = analysis.begun + 40;
    for (turn, (_, risk)) in high.enumerate() {
        world.timeline.day(day).await;
        let decision = pick(DECISIONS, number + turn);
        let until = match decision {
            Decision::Until(until) => until,
            Decision::Declined | Decision::Waits => day + 180,
        };
        let input = json!({
            "riskId": risk.id,
            "justification": "Åtgärden kräver utbyte av system som är upphandlat till nästa år.",
            "proposedUntil": world.timeline.date(until),
        });
        let asked = manager.does("requestRiskAcceptance", input).await?;
        day += 5;
        world.timeline.day(day).await;
        match decision {
            Decision::Until(until) => {
                let input: Value = json!({
                    "acceptedUntil": world.timeline.date(until),
                    "note": "Accepteras till dess att utbytet är gjort. Följs upp varje kvartal.",
                });
                it_manager.moves("acceptRisk", &asked, input).await?;
            }
            Decision::Declined => {
                let input =
                    json!({"note": "Risken är för hög för att accepteras. Ta fram åtgärd."});
                it_manager.moves("declineRisk", &asked, input).await?;
            }
            Decision::Waits => {}
        }
    }
    Ok(())
}

/// Whether a risk with this rating is high after treatment; only such a one needs acceptance.
fn stays_high(rating: usize) -> bool {
    let (likelihood, impact, _, residual) = pick(RATINGS, rating);
    let (likelihood, impact) = residual.unwrap_or((likelihood, impact));
    likelihood * impact >= crate::topic::risk::model::HIGH_FROM
}

/// Opens an approved analysis, closes a risk that is gone, and perhaps has it approved again.
async fn work_out_anew(
    world: &World,
    analysis: &Analysis,
    approved: Record,
    risks: &[Record],
) -> Result<()> {
    if !matches!(analysis.course, Revised | ApprovedAgain) {
        return Ok(());
    }
    let (manager, reviewer) = (
        world.person(analysis.manager)?,
        world.person(analysis.reviewer)?,
    );
    world.timeline.day(analysis.begun + 95).await;
    let revised = manager
        .moves("reviseRiskAnalysis", &approved, json!({}))
        .await?;
    if let Some(gone) = risks.last() {
        manager.moves("closeRisk", gone, json!({})).await?;
    }
    if analysis.course == Revised {
        return Ok(());
    }
    world.timeline.day(analysis.begun + 110).await;
    let input = json!({"message": "Omarbetad efter byte av plattform."});
    let submitted = manager.moves("submitRiskAnalysis", &revised, input).await?;
    world.timeline.day(analysis.begun + 118).await;
    approve(reviewer, &submitted).await?;
    Ok(())
}
