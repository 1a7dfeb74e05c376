//! Evidence: what the suppliers draft, hand in, correct and renew, and what the customers say of it.

use anyhow::{Context, Result};
use chrono::Datelike;
use serde_json::{Value, json};

use super::{
    administration::{CLIENTS, HOSTING, NETWORK, NORRVIK_HOSTING},
    paper::{csv, pdf},
    pick,
    timeline::Story,
    world::{On, Record, Somebody, World},
};

/// How a piece of evidence fares under one agreement.
#[derive(Clone, Copy)]
enum Course {
    /// Prepared and not handed in.
    Prepared,
    /// Handed in, and not looked at yet.
    Waiting,
    /// Sent back, and not corrected yet.
    Returned,
    /// Sent back, corrected, handed in again.
    Corrected,
    /// Approved at once.
    Approved,
    /// Approved after a correction.
    ApprovedAfterRemark,
    /// Approved, and renewed on this day with these days of validity: that was approved, too.
    Renewed(i64, Option<(i64, i64)>),
    /// Approved, and renewed on this day with these days of validity, which waits for review.
    RenewedAndWaiting(i64, Option<(i64, i64)>),
}
use Course::{
    Approved, ApprovedAfterRemark, Corrected, Prepared, Renewed, RenewedAndWaiting, Returned,
    Waiting,
};

/// A piece of evidence and its history.
pub struct Paper {
    by: &'static str,
    kind: &'static str,
    title: String,
    /// Who certified, the standard, and the number.
    certificate: Option<(&'static str, &'static str, &'static str)>,
    /// First and last day of validity, from today.
    valid: Option<(i64, i64)>,
    /// The day of the draft.
    begun: i64,
    /// Under which agreements, one after the other.
    under: Vec<(&'static str, Course)>,
    archived: Option<i64>,
}

fn certificate(
    by: &'static str,
    standard: &'static str,
    body: &'static str,
    number: &'static str,
    valid: (i64, i64),
    begun: i64,
    under: &[(&'static str, Course)],
) -> Paper {
    Paper {
        by,
        kind: "CERTIFICATE",
        title: format!("Certifikat {standard}"),
        certificate: Some((body, standard, number)),
        valid: Some(valid),
        begun,
        under: under.to_vec(),
        archived: None,
    }
}

fn paper(
    by: &'static str,
    kind: &'static str,
    title: impl Into<String>,
    valid: Option<(i64, i64)>,
    begun: i64,
    under: &[(&'static str, Course)],
) -> Paper {
    Paper {
        by,
        kind,
        title: title.into(),
        certificate: None,
        valid,
        begun,
        under: under.to_vec(),
        archived: None,
    }
}

/// A paper that comes every quarter, with its four latest courses, oldest first.
fn quarterly(
    world: &World,
    by: &'static str,
    kind: &'static str,
    title: &str,
    last: i64,
    under: &'static str,
    courses: [Course; 4],
) -> Vec<Paper> {
    let papers = (0..).zip(courses).map(|(quarter, course)| {
        let begun = last - (3 - quarter) * 91;
        let about = world.timeline.date(begun - 30);
        let title = format!(
            "{title} kvartal {} {}",
            about.month0() / 3 + 1,
            about.year()
        );
        paper(by, kind, title, None, begun, &[(under, course)])
    });
    papers.collect()
}

/// Every paper, and what becomes of it.
pub fn stories(world: &World) -> Vec<Story<'_>> {
    let papers = [
        hosting(world),
        network(world),
        clients(world),
        norrvik(world),
    ]
    .into_iter()
    .flatten();
    papers
        .map(|paper| -> Story<'_> { Box::pin(tell(world, paper)) })
        .collect()
}

fn hosting(world: &World) -> Vec<Paper> {
    let (lisa, amir) = ("Lisa Nordin", "Amir Rezaei");
    let renewed = Renewed(-44, Some((-30, 1065)));
    let mut papers = vec![
        certificate(
            lisa,
            "ISO/IEC 27001:2022",
            "Nordcert Sverige AB",
            "NC-27001-2214",
            (-1125, -30),
            -362,
            &[(HOSTING, renewed), (NORRVIK_HOSTING, Approved)],
        ),
        certificate(
            lisa,
            "ISO 22301:2019",
            "Nordcert Sverige AB",
            "NC-22301-0871",
            (-1040, 55),
            -350,
            &[(HOSTING, Approved), (NORRVIK_HOSTING, Approved)],
        ),
        certificate(
            lisa,
            "SS-EN 50600 (datahall Fjäll 2)",
            "Skandinavisk Certifiering AB",
            "SC-50600-19",
            (-1110, -15),
            -340,
            &[(HOSTING, Approved), (NORRVIK_HOSTING, ApprovedAfterRemark)],
        ),
        certificate(
            lisa,
            "ISO 9001:2015",
            "Nordcert Sverige AB",
            "NC-9001-5540",
            (-500, 595),
            -331,
            &[(HOSTING, Approved)],
        ),
        certificate(
            lisa,
            "ISO 14001:2015",
            "Nordcert Sverige AB",
            "NC-14001-5541",
            (21, 1116),
            -12,
            &[(HOSTING, Waiting)],
        ),
        paper(
            lisa,
            "STATEMENT_OF_APPLICABILITY",
            "Uttalande om tillämplighet (SoA), version 7",
            None,
            -300,
            &[(HOSTING, ApprovedAfterRemark)],
        ),
        paper(
            lisa,
            "AUDIT_REPORT",
            "Uppföljande revision av ledningssystemet för informationssäkerhet",
            None,
            -212,
            &[(HOSTING, Approved)],
        ),
        paper(
            lisa,
            "AUDIT_REPORT",
            "ISAE 3402 typ 2, applikationsdrift",
            Some((-460, -95)),
            -61,
            &[(HOSTING, Returned)],
        ),
        paper(
            lisa,
            "PENETRATION_TEST",
            "Penetrationstest av e-tjänsteplattformen",
            Some((-120, 245)),
            -118,
            &[(HOSTING, ApprovedAfterRemark)],
        ),
        paper(
            lisa,
            "PENETRATION_TEST",
            "Penetrationstest av integrationsplattformen",
            Some((-20, 345)),
            -9,
            &[(HOSTING, Waiting)],
        ),
        paper(
            amir,
            "RESTORE_TEST",
            "Återläsningstest av ekonomisystemet",
            Some((-331, 34)),
            -329,
            &[(HOSTING, Approved)],
        ),
        paper(
            amir,
            "RESTORE_TEST",
            "Återläsningstest av lönesystemet",
            Some((-240, 125)),
            -238,
            &[(HOSTING, Approved)],
        ),
        paper(
            amir,
            "RESTORE_TEST",
            "Återläsningstest av journalsystemet",
            Some((-150, 215)),
            -148,
            &[(HOSTING, Approved)],
        ),
        paper(
            amir,
            "RESTORE_TEST",
            "Återläsningstest av ärendehanteringssystemet",
            Some((-33, 332)),
            -31,
            &[(HOSTING, Corrected)],
        ),
        paper(
            amir,
            "RESTORE_TEST",
            "Återläsningstest av skolplattformen",
            Some((-6, 359)),
            -5,
            &[(HOSTING, Prepared)],
        ),
        paper(
            lisa,
            "POLICY",
            "Informationssäkerhetspolicy",
            Some((-355, 10)),
            -353,
            &[(HOSTING, Approved)],
        ),
        paper(
            lisa,
            "POLICY",
            "Kontinuitetsplan för applikationsdrift",
            Some((-110, 255)),
            -108,
            &[(HOSTING, Renewed(-40, Some((-40, 325))))],
        ),
        paper(
            lisa,
            "OTHER",
            "Förteckning över underbiträden",
            None,
            -183,
            &[(HOSTING, Approved)],
        ),
        certificate(
            lisa,
            "ISO/IEC 27017:2021",
            "Nordcert Sverige AB",
            "NC-27017-0102",
            (40, 1135),
            -4,
            &[],
        ),
        paper(
            lisa,
            "POLICY",
            "Rutin för kryptering av säkerhetskopior",
            None,
            -16,
            &[],
        ),
        Paper {
            archived: Some(-70),
            ..paper(
                lisa,
                "POLICY",
                "Rutin för incidenthantering, 2019 års utgåva",
                Some((-900, -80)),
                -290,
                &[(HOSTING, Approved)],
            )
        },
    ];
    let title = "Tjänsterapport applikationsdrift";
    papers.extend(quarterly(
        world,
        amir,
        "OTHER",
        title,
        -10,
        HOSTING,
        [Approved, Approved, ApprovedAfterRemark, Waiting],
    ));
    papers
}

fn network(world: &World) -> Vec<Paper> {
    let (nora, david) = ("Nora Viklund", "David Lund");
    let mut papers = vec![
        certificate(
            nora,
            "ISO/IEC 27001:2022",
            "Skandinavisk Certifiering AB",
            "SC-27001-448",
            (-400, 695),
            -357,
            &[(NETWORK, Approved)],
        ),
        certificate(
            nora,
            "ISO 9001:2015",
            "Skandinavisk Certifiering AB",
            "SC-9001-1290",
            (-1065, 30),
            -346,
            &[(NETWORK, Approved)],
        ),
        certificate(
            nora,
            "ISO 14001:2015",
            "Skandinavisk Certifiering AB",
            "SC-14001-1291",
            (-1135, -40),
            -344,
            &[(NETWORK, ApprovedAfterRemark)],
        ),
        paper(
            nora,
            "STATEMENT_OF_APPLICABILITY",
            "Uttalande om tillämplighet, nättjänster",
            None,
            -281,
            &[(NETWORK, Approved)],
        ),
        paper(
            nora,
            "AUDIT_REPORT",
            "Intern revision av behörigheter i nätverksutrustning",
            None,
            -190,
            &[(NETWORK, ApprovedAfterRemark)],
        ),
        paper(
            nora,
            "AUDIT_REPORT",
            "Uppföljande revision ISO/IEC 27001, nättjänster",
            None,
            -14,
            &[(NETWORK, Waiting)],
        ),
        paper(
            nora,
            "PENETRATION_TEST",
            "Penetrationstest av externa adresser",
            Some((-52, 313)),
            -50,
            &[(NETWORK, Returned)],
        ),
        paper(
            david,
            "RESTORE_TEST",
            "Återställning av brandväggskonfiguration",
            Some((-262, 103)),
            -260,
            &[(NETWORK, Approved)],
        ),
        paper(
            david,
            "RESTORE_TEST",
            "Återställning av kärnväxlar efter bortfall",
            Some((-95, 270)),
            -93,
            &[(NETWORK, Approved)],
        ),
        paper(
            david,
            "POLICY",
            "Rutin för ändringar i brandväggsregler",
            Some((-300, 65)),
            -298,
            &[(NETWORK, RenewedAndWaiting(-11, Some((-10, 355))))],
        ),
        paper(
            nora,
            "POLICY",
            "Rutin för behörighet till nätverksutrustning",
            Some((-174, 191)),
            -172,
            &[(NETWORK, Approved)],
        ),
        paper(
            david,
            "OTHER",
            "Nätritning med säkerhetszoner",
            None,
            -2,
            &[(NETWORK, Prepared)],
        ),
        paper(
            david,
            "OTHER",
            "Mätning av tillgänglighet på kommunens fiberringar",
            None,
            -7,
            &[],
        ),
    ];
    let scans = "Sårbarhetsskanning av brandväggar och trådlöst nät";
    papers.extend(quarterly(
        world,
        nora,
        "PENETRATION_TEST",
        scans,
        -21,
        NETWORK,
        [Approved, Approved, Approved, Corrected],
    ));
    let reports = "Tjänsterapport nätverk";
    papers.extend(quarterly(
        world,
        david,
        "OTHER",
        reports,
        -13,
        NETWORK,
        [Approved, ApprovedAfterRemark, Approved, Waiting],
    ));
    papers
}

fn clients(world: &World) -> Vec<Paper> {
    let (elin, ali) = ("Elin Wikström", "Ali Hosseini");
    let mut papers = vec![
        certificate(
            elin,
            "ISO/IEC 27001:2022",
            "Certifieringsbolaget Mälardalen AB",
            "CM-27001-073",
            (-1081, 14),
            -352,
            &[(CLIENTS, Approved)],
        ),
        certificate(
            elin,
            "ISO/IEC 20000-1:2018",
            "Certifieringsbolaget Mälardalen AB",
            "CM-20000-018",
            (-1007, 88),
            -339,
            &[(CLIENTS, Approved)],
        ),
        certificate(
            elin,
            "ISO 9001:2015",
            "Certifieringsbolaget Mälardalen AB",
            "CM-9001-204",
            (-200, 895),
            -195,
            &[(CLIENTS, Approved)],
        ),
        paper(
            elin,
            "STATEMENT_OF_APPLICABILITY",
            "Uttalande om tillämplighet, klienttjänster",
            None,
            -47,
            &[(CLIENTS, Returned)],
        ),
        paper(
            elin,
            "AUDIT_REPORT",
            "Revision av servicedeskens identitetskontroll",
            None,
            -8,
            &[(CLIENTS, Waiting)],
        ),
        paper(
            elin,
            "PENETRATION_TEST",
            "Penetrationstest av klientplattformen",
            Some((-160, 205)),
            -157,
            &[(CLIENTS, ApprovedAfterRemark)],
        ),
        paper(
            ali,
            "RESTORE_TEST",
            "Återställning av klientavbild",
            Some((-219, 146)),
            -217,
            &[(CLIENTS, Approved)],
        ),
        paper(
            ali,
            "RESTORE_TEST",
            "Återställning av profiler och hemkataloger",
            Some((-83, 282)),
            -80,
            &[(CLIENTS, Approved)],
        ),
        paper(
            elin,
            "POLICY",
            "Rutin för förlorad eller stulen utrustning",
            Some((-322, 43)),
            -320,
            &[(CLIENTS, Approved)],
        ),
        paper(
            elin,
            "POLICY",
            "Rutin för lokala administratörsrättigheter",
            Some((-128, 237)),
            -126,
            &[(CLIENTS, ApprovedAfterRemark)],
        ),
        paper(
            ali,
            "OTHER",
            "Förteckning över omanagerade mobila enheter",
            None,
            -3,
            &[],
        ),
    ];
    let title = "Tjänsterapport klienter och servicedesk";
    papers.extend(quarterly(
        world,
        ali,
        "OTHER",
        title,
        -15,
        CLIENTS,
        [Approved, Approved, Approved, Waiting],
    ));
    papers
}

fn norrvik(world: &World) -> Vec<Paper> {
    let (lisa, amir, under) = ("Lisa Nordin", "Amir Rezaei", NORRVIK_HOSTING);
    let mut papers = vec![
        paper(
            amir,
            "RESTORE_TEST",
            "Återläsningstest av Norrviks ekonomisystem",
            Some((-201, 164)),
            -199,
            &[(under, Approved)],
        ),
        paper(
            amir,
            "RESTORE_TEST",
            "Återläsningstest av Norrviks bygglovssystem",
            Some((-58, 307)),
            -56,
            &[(under, Returned)],
        ),
        paper(
            lisa,
            "PENETRATION_TEST",
            "Penetrationstest av Norrviks e-tjänster",
            Some((-24, 341)),
            -19,
            &[(under, Waiting)],
        ),
        paper(
            lisa,
            "POLICY",
            "Kontinuitetsplan för driften åt Norrviks kommun",
            Some((-270, 95)),
            -268,
            &[(under, Renewed(-90, Some((-88, 277))))],
        ),
        paper(
            lisa,
            "OTHER",
            "Beskrivning av driftmiljön för Norrviks kommun",
            None,
            -6,
            &[(under, Prepared)],
        ),
    ];
    let title = "Tjänsterapport drift åt Norrviks kommun";
    papers.extend(quarterly(
        world,
        amir,
        "OTHER",
        title,
        -18,
        under,
        [Approved, Approved, Approved, Corrected],
    ));
    papers
}

async fn tell(world: &World, paper: Paper) -> Result<()> {
    world.timeline.day(paper.begun).await;
    let author = world.person(paper.by)?;
    let evidence = author
        .does("draftEvidence", paper.input(world, paper.valid))
        .await?;
    // What nobody hands in yet may lack its file.
    if paper.under.is_empty() && paper.begun % 2 == 0 {
        return Ok(());
    }
    let file = paper.upload(author, &evidence, 1, None).await?;
    if paper.kind == "RESTORE_TEST" {
        author
            .uploads(&evidence, "protokoll.csv", paper.protocol(), None)
            .await?;
    }
    let mut telling = Telling {
        world,
        paper: &paper,
        author,
        evidence,
        file,
    };
    for (agreement, course) in &paper.under {
        telling.hand_in(agreement, *course).await?;
    }
    if let Some(day) = paper.archived {
        world.timeline.day(day).await;
        author
            .moves("archiveEvidence", &telling.evidence, json!({}))
            .await?;
    }
    Ok(())
}

impl Paper {
    fn input(&self, world: &World, valid: Option<(i64, i64)>) -> Value {
        let mut input = json!({
            "kind": self.kind,
            "title": self.title,
            "validFrom": valid.map(|(from, _)| world.timeline.date(from)),
            "validUntil": valid.map(|(_, until)| world.timeline.date(until)),
        });
        if let Some((body, standard, number)) = self.certificate {
            input["certificationBody"] = json!(body);
            input["standard"] = json!(standard);
            input["certificateNumber"] = json!(number);
            input["scope"] =
                json!("Drift, support och förvaltning av IT-tjänster åt offentliga kunder.");
        }
        input
    }

    async fn upload(
        &self,
        author: Somebody<'_>,
        evidence: &Record,
        edition: u32,
        replaces: Option<&str>,
    ) -> Result<String> {
        let name = match self.kind {
            "CERTIFICATE" => "certifikat",
            "AUDIT_REPORT" => "revisionsrapport",
            "STATEMENT_OF_APPLICABILITY" => "soa",
            "PENETRATION_TEST" => "testrapport",
            "RESTORE_TEST" => "aterlasningstest",
            "POLICY" => "styrdokument",
            _ => "underlag",
        };
        let number = self
            .certificate
            .map(|(body, _, number)| format!("{number}, utfärdat av {body}"));
        let edition_line = format!("Utgåva {edition}");
        let lines = [
            number
                .as_deref()
                .unwrap_or("Underlag enligt avtalets krav på informationssäkerhet"),
            &edition_line,
            "Exempel ur Samsyns demonstration: alla uppgifter är påhittade.",
        ];
        let name = format!("{name}-{edition}.pdf");
        author
            .uploads(evidence, &name, pdf(&self.title, &lines), replaces)
            .await
    }

    fn protocol(&self) -> Vec<u8> {
        csv(&[
            &["Moment", "Mål", "Utfall", "Resultat"],
            &[&self.title, "", "", ""],
            &["Återläsning av databas", "4 h", "2 h 40 min", "Godkänt"],
            &["Återläsning av filer", "8 h", "5 h 15 min", "Godkänt"],
            &["Kontroll av innehåll", "100 %", "100 %", "Godkänt"],
        ])
    }
}

/// Who reviews what comes in under an agreement: its area's manager, or the security coordinator.
fn reviewers(agreement: &str) -> Result<[&'static str; 2]> {
    Ok(match agreement {
        HOSTING => ["Maria Sandberg", "Johan Ekström"],
        NETWORK => ["Erik Nyström", "Fatima Haddad"],
        CLIENTS => ["Sara Öberg", "Johan Ekström"],
        NORRVIK_HOSTING => ["Oskar Bergman", "Mehmet Yilmaz"],
        other => anyhow::bail!("nobody reviews under {other}"),
    })
}

const MESSAGES: &[&str] = &[
    "Härmed lämnas underlaget enligt avtalets bilaga om informationssäkerhet.",
    "Underlaget avser den senaste perioden. Hör av er om något saknas.",
    "Lämnas in inför det taktiska forumet.",
    "Samma underlag som vi gick igenom vid senaste driftmötet, nu i slutlig form.",
];

const REMARKS: &[&str] = &[
    "Omfattningen täcker inte alla tjänster i avtalet. Komplettera med en förteckning över vilka som ingår.",
    "Sidan med underskrift saknas. Ladda upp det fullständiga dokumentet.",
    "Datum för testet stämmer inte med protokollet. Rätta och lämna in igen.",
    "Avvikelserna i avsnitt 4 saknar åtgärder och ansvariga. Komplettera dem.",
];

const CORRECTIONS: &[&str] = &[
    "Nu komplett, med underskrifter.",
    "Rättat enligt er anmärkning. Den tidigare filen är ersatt.",
    "Kompletterat med åtgärder, ansvariga och datum.",
];

const APPROVALS: &[Option<&str>] = &[
    None,
    Some("Godkänt. Tas upp i det taktiska forumet."),
    None,
    Some("Tack, då är vi i mål."),
    None,
];

const SHARED: &[&str] = &[
    "När kan vi räkna med nästa utgåva?",
    "Gäller detta även den nya driftmiljön?",
    "Vi återkommer efter genomgång med systemförvaltaren.",
];

const INTERNAL: &[&str] = &[
    "Jämför med kravbilagan innan vi godkänner; punkt 7.3 var oklar förra året.",
    "Ta upp på avstämningen med IT-chefen.",
    "Dataskyddsombudet vill se detta före beslut.",
];

struct Telling<'w> {
    world: &'w World,
    paper: &'w Paper,
    author: Somebody<'w>,
    evidence: Record,
    file: String,
}

impl Telling<'_> {
    async fn hand_in(&mut self, agreement: &str, course: Course) -> Result<()> {
        let begun = self.paper.begun;
        let seed = begun.unsigned_abs() as usize;
        let reviewer = self.world.person(pick(&reviewers(agreement)?, seed))?;
        self.world.timeline.day(begun + 1).await;
        let prepared = self.prepare(agreement).await?;
        if let Prepared = course {
            return Ok(());
        }
        let submission = self.submit(&prepared, pick(MESSAGES, seed)).await?;
        self.world.remember(
            format!("{} under {agreement}", self.paper.title),
            &submission,
        );
        self.talk(reviewer, &submission, seed).await?;
        match course {
            Prepared | Waiting => Ok(()),
            Returned => self.send_back(reviewer, &submission, seed).await.map(drop),
            Corrected => self.correct(reviewer, &submission, seed).await.map(drop),
            ApprovedAfterRemark => {
                let corrected = self.correct(reviewer, &submission, seed).await?;
                self.approve(reviewer, &corrected, begun + 24, seed).await
            }
            Approved => self.approve(reviewer, &submission, begun + 9, seed).await,
            Renewed(day, valid) => {
                self.approve(reviewer, &submission, begun + 9, seed).await?;
                let renewed = self.renew(agreement, day, valid).await?;
                self.approve(reviewer, &renewed, day + 12, seed).await
            }
            RenewedAndWaiting(day, valid) => {
                self.approve(reviewer, &submission, begun + 9, seed).await?;
                self.renew(agreement, day, valid).await.map(drop)
            }
        }
    }

    async fn prepare(&self, agreement: &str) -> Result<Record> {
        let input =
            json!({"evidenceId": self.evidence.id, "agreementId": self.world.id(agreement)?});
        self.author.does("createSubmission", input).await
    }

    async fn submit(&self, submission: &Record, message: &str) -> Result<Record> {
        self.author
            .moves("submitSubmission", submission, json!({"message": message}))
            .await
    }

    /// Some submissions are talked about: openly, and among the customer's own people.
    async fn talk(&self, reviewer: Somebody<'_>, submission: &Record, seed: usize) -> Result<()> {
        let on = On::Submission(&submission.id);
        if seed.is_multiple_of(5) {
            self.world.timeline.day(self.paper.begun + 4).await;
            reviewer.comments(on, "SHARED", pick(SHARED, seed)).await?;
            self.author
                .comments(on, "SHARED", "Ja, det stämmer. Vi bekräftar på nästa möte.")
                .await?;
        }
        if seed.is_multiple_of(4) {
            reviewer
                .comments(on, "INTERNAL", pick(INTERNAL, seed))
                .await?;
        }
        Ok(())
    }

    async fn send_back(
        &self,
        reviewer: Somebody<'_>,
        submission: &Record,
        seed: usize,
    ) -> Result<Record> {
        self.world.timeline.day(self.paper.begun + 8).await;
        let remark = pick(REMARKS, seed);
        reviewer
            .moves("returnSubmission", submission, json!({"remark": remark}))
            .await
    }

    async fn correct(
        &mut self,
        reviewer: Somebody<'_>,
        submission: &Record,
        seed: usize,
    ) -> Result<Record> {
        let returned = self.send_back(reviewer, submission, seed).await?;
        self.world.timeline.day(self.paper.begun + 14).await;
        self.replace_file(2).await?;
        self.submit(&returned, pick(CORRECTIONS, seed)).await
    }

    async fn replace_file(&mut self, edition: u32) -> Result<()> {
        self.file = self
            .paper
            .upload(self.author, &self.evidence, edition, Some(&self.file))
            .await?;
        Ok(())
    }

    async fn approve(
        &self,
        reviewer: Somebody<'_>,
        submission: &Record,
        day: i64,
        seed: usize,
    ) -> Result<()> {
        self.world.timeline.day(day).await;
        let remark = pick(APPROVALS, seed);
        reviewer
            .moves("approveSubmission", submission, json!({"remark": remark}))
            .await?;
        Ok(())
    }

    /// Brings the evidence up to date and hands it in anew.
    async fn renew(
        &mut self,
        agreement: &str,
        day: i64,
        valid: Option<(i64, i64)>,
    ) -> Result<Record> {
        self.world.timeline.day(day).await;
        let mut input = self.paper.input(self.world, valid);
        input.as_object_mut().context("an object")?.remove("kind");
        self.evidence = self
            .author
            .moves("updateEvidence", &self.evidence, input)
            .await?;
        self.replace_file(3).await?;
        let prepared = self.prepare(agreement).await?;
        self.submit(&prepared, "Förnyat; ersätter det tidigare underlaget.")
            .await
    }
}
