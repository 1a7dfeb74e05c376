//! The README's story, by clicking: what is handed in, returned, corrected and approved, asked for and answered; what is
//! too great a risk, and accepted; what a meeting decides, and is done and verified before its minutes are signed.

use std::path::PathBuf;

use tempfile::TempDir;

use super::{Browser, Kind, in_days};
use crate::harness::{Served, given::a_pdf};

/// The most steps between being signed in and having handed something in: clicks, choices, days and files.
const MOST_STEPS: usize = 8;

#[tokio::test]
async fn the_story_is_told_by_clicking() {
    Story::begins(Kind::WithScripts).await.unfolds().await;
}

#[tokio::test]
async fn the_story_is_told_without_scripts_too() {
    Story::begins(Kind::WithoutScripts).await.unfolds().await;
}

/// One browser, which whoever acts signs in with.
struct Story {
    browser: Browser,
    files: TempDir,
    _demo: Served,
}

impl Story {
    async fn begins(kind: Kind) -> Self {
        let demo = Served::start();
        Self {
            browser: Browser::open_as(&demo, kind).await,
            files: tempfile::tempdir().expect("a temporary folder"),
            _demo: demo,
        }
    }

    async fn unfolds(mut self) {
        self.lisa_hands_in_a_certificate().await;
        self.maria_returns_it().await;
        self.lisa_corrects_it().await;
        self.maria_approves_it().await;
        self.erik_asks_for_a_restore_test().await;
        self.david_answers().await;
        self.erik_is_content().await;
        self.sara_begins_an_analysis_with_the_supplier().await;
        self.stefan_adds_a_risk_and_hands_the_analysis_in().await;
        self.sara_approves_the_analysis().await;
        self.stefan_asks_for_acceptance().await;
        self.anna_accepts_the_risk().await;
        self.anna_holds_a_meeting().await;
        self.david_reports_the_item_done().await;
        self.anna_verifies_it_and_signs_the_minutes().await;
    }

    /// A file on the disk of whoever hands it in.
    fn file(&self, name: &str) -> String {
        let path: PathBuf = self.files.path().join(name);
        std::fs::write(&path, a_pdf(name)).expect("a file can be written");
        path.display().to_string()
    }

    async fn lisa_hands_in_a_certificate(&mut self) {
        let file = self.file("certifikat.pdf");
        let lisa = &mut self.browser;
        lisa.signs_in("Lisa").await;
        lisa.clicks("Lämna in underlag").await;
        lisa.fills("Slag", "Certifikat").await;
        lisa.fills("Rubrik", "Certifikat för driften").await;
        lisa.fills("Standard", "ISO/IEC 27001:2022").await;
        lisa.fills("Utfärdare", "Nordcert Sverige AB").await;
        lisa.fills("Certifikatets nummer", "NC-27001-4711").await;
        lisa.fills("Gäller från och med", &in_days(0)).await;
        lisa.fills("Gäller till och med", &in_days(1095)).await;
        lisa.presses("Älvsunda kommun").await;
        lisa.fills("Filer", &file).await;
        lisa.presses("Omfattning, beskrivning och meddelande").await;
        lisa.fills("Omfattning", "Drift av kommunala system").await;
        lisa.clicks("Lämna in").await;
        lisa.sees("Inlämnat. Kunden ser det nu.").await;
        lisa.sees("certifikat.pdf").await;
        assert!(lisa.steps <= MOST_STEPS, "{} steps to hand in", lisa.steps);
    }

    async fn maria_returns_it(&mut self) {
        let maria = &mut self.browser;
        maria.signs_in("Maria").await;
        maria.clicks("Certifikat för driften").await;
        maria.presses("Återlämna med anmärkning").await;
        maria
            .fills("Anmärkning", "Bilagan om omfattningen saknas.")
            .await;
        maria.clicks("Återlämna med anmärkning").await;
        maria.sees("Inlämningen är återlämnad.").await;
    }

    async fn lisa_corrects_it(&mut self) {
        let file = self.file("bilaga.pdf");
        let lisa = &mut self.browser;
        lisa.signs_in("Lisa").await;
        lisa.sees("Bilagan om omfattningen saknas.").await;
        lisa.clicks("Certifikat för driften").await;
        lisa.clicks("Till underlaget").await;
        lisa.clicks("Ändra underlaget").await;
        lisa.fills("Omfattning", "Drift av kommunala system i Älvsunda")
            .await;
        lisa.clicks("Ändra underlaget").await;
        lisa.sees("Underlaget är ändrat.").await;
        lisa.fills("Filer", &file).await;
        lisa.clicks("Ladda upp").await;
        lisa.sees("Filerna är uppladdade.").await;
        lisa.clicks("Älvsunda kommun").await;
        lisa.presses("Lämna in").await;
        lisa.fills("Meddelande till kunden", "Nu med bilaga.").await;
        lisa.clicks("Lämna in").await;
        lisa.sees("Inlämnat. Kunden ser det nu.").await;
    }

    async fn maria_approves_it(&mut self) {
        let maria = &mut self.browser;
        maria.signs_in("Maria").await;
        maria.clicks("Certifikat för driften").await;
        maria.sees("Nu med bilaga.").await;
        maria.sees("bilaga.pdf").await;
        maria.sees("Bilagan om omfattningen saknas.").await;
        maria.presses("Godkänn").await;
        maria.clicks("Godkänn").await;
        maria.sees("Inlämningen är godkänd.").await;
        assert!(
            !maria.can_click("Godkänn").await,
            "what is approved is not approved again"
        );
    }

    async fn erik_asks_for_a_restore_test(&mut self) {
        let erik = &mut self.browser;
        erik.signs_in("Erik").await;
        erik.clicks("Underlag").await;
        erik.clicks("Begäran om underlag").await;
        erik.clicks("Begär underlag").await;
        erik.fills("Avtal", "Älvsunda kommun – Nätverk").await;
        erik.fills("Vad som begärs", "Återläsningstest").await;
        erik.fills("Rubrik", "Återläsning av brandväggarna").await;
        erik.fills("Senast", &in_days(30)).await;
        erik.clicks("Begär underlag").await;
        erik.sees("Begäran är skickad.").await;
    }

    async fn david_answers(&mut self) {
        let file = self.file("protokoll.pdf");
        let david = &mut self.browser;
        david.signs_in("David").await;
        david.clicks("Återläsning av brandväggarna").await;
        david.clicks("Svara med nytt underlag").await;
        david.fills("Gäller från och med", &in_days(0)).await;
        david.fills("Filer", &file).await;
        david.clicks("Lämna in").await;
        david.sees("Inlämnat. Kunden ser det nu.").await;
        assert!(david.steps <= MOST_STEPS, "{} steps to answer", david.steps);
    }

    async fn erik_is_content(&mut self) {
        let erik = &mut self.browser;
        erik.signs_in("Erik").await;
        erik.clicks("Underlag").await;
        erik.clicks("Begäran om underlag").await;
        erik.clicks("Återläsning av brandväggarna").await;
        erik.sees("Besvarad").await;
        erik.clicks("Godta svaret").await;
        erik.sees("Begäran är uppfylld.").await;
    }

    async fn sara_begins_an_analysis_with_the_supplier(&mut self) {
        let sara = &mut self.browser;
        sara.signs_in("Sara").await;
        sara.clicks("Riskanalyser").await;
        sara.clicks("Ny risk- och sårbarhetsanalys").await;
        sara.fills("Avtal", "Älvsunda kommun – Klienter").await;
        sara.fills("Rubrik", "Klienter utan uppdateringar").await;
        sara.fills("Ses över", &in_days(180)).await;
        sara.clicks("Ny risk- och sårbarhetsanalys").await;
        sara.sees("Analysen är skapad.").await;
        sara.clicks("Dela med en organisation till").await;
        sara.fills("Organisation", "Klientverket").await;
        sara.clicks("Dela med en organisation till").await;
        sara.sees("Analysen är delad.").await;
    }

    async fn stefan_adds_a_risk_and_hands_the_analysis_in(&mut self) {
        let stefan = &mut self.browser;
        stefan.signs_in("Stefan").await;
        stefan.clicks("Riskanalyser").await;
        stefan.clicks("Klienter utan uppdateringar").await;
        stefan.clicks("Lägg till en risk").await;
        stefan
            .fills("Rubrik", "Utpressningsvirus genom en gammal klient")
            .await;
        stefan.chooses("Sannolikhet", "4").await;
        stefan.chooses("Konsekvens", "5").await;
        stefan.fills("Hantering", "Åtgärda").await;
        stefan
            .fills("Så hanteras den", "De byts före sommaren.")
            .await;
        stefan.chooses("Sannolikhet efter åtgärd", "3").await;
        stefan.chooses("Konsekvens efter åtgärd", "5").await;
        stefan.clicks("Lägg till en risk").await;
        stefan.sees("Risken är tillagd.").await;
        stefan.sees("20 Kritisk").await;
        stefan.clicks("Riskanalyser").await;
        stefan.clicks("Klienter utan uppdateringar").await;
        stefan.presses("Lämna in analysen").await;
        stefan.clicks("Lämna in analysen").await;
        stefan.sees("Analysen är inlämnad.").await;
    }

    async fn sara_approves_the_analysis(&mut self) {
        let sara = &mut self.browser;
        sara.signs_in("Sara").await;
        sara.clicks("Klienter utan uppdateringar").await;
        sara.clicks("Till analysen").await;
        sara.sees("Kräver riskacceptans").await;
        sara.presses("Godkänn analysen").await;
        sara.clicks("Godkänn analysen").await;
        sara.sees("Analysen är godkänd.").await;
    }

    async fn stefan_asks_for_acceptance(&mut self) {
        let stefan = &mut self.browser;
        stefan.signs_in("Stefan").await;
        stefan.clicks("Risker").await;
        stefan
            .clicks("Utpressningsvirus genom en gammal klient")
            .await;
        stefan.presses("Begär riskacceptans").await;
        stefan
            .fills("Motivering", "De nya klienterna är beställda.")
            .await;
        stefan
            .fills("Föreslås gälla till och med", &in_days(120))
            .await;
        stefan.clicks("Begär riskacceptans").await;
        stefan.sees("Riskacceptans är begärd.").await;
        assert!(
            !stefan.can_click("Acceptera risken").await,
            "who asks does not accept"
        );
    }

    async fn anna_accepts_the_risk(&mut self) {
        let anna = &mut self.browser;
        anna.signs_in("Anna").await;
        anna.clicks("Utpressningsvirus genom en gammal klient")
            .await;
        anna.presses("Acceptera risken").await;
        anna.fills("Accepteras till och med", &in_days(90)).await;
        anna.clicks("Acceptera risken").await;
        anna.sees("Risken är accepterad.").await;
        anna.sees("Accepterad av Anna").await;
    }

    async fn anna_holds_a_meeting(&mut self) {
        let anna = &mut self.browser;
        anna.signs_in("Anna").await;
        anna.clicks("Forum").await;
        anna.clicks("Strategiskt leverantörsforum").await;
        anna.clicks("Kalla till möte").await;
        anna.fills("Rubrik", "Extra möte").await;
        anna.fills("Börjar", &format!("{}T09:00", in_days(0))).await;
        anna.clicks("Kalla till möte").await;
        anna.sees("Mötet är planerat.").await;
        anna.fills("Rubrik", "Återläsningstester").await;
        anna.clicks("Lägg till en punkt").await;
        anna.sees("Punkten är tillagd på dagordningen.").await;
        anna.presses("Beslut").await;
        anna.fills("Beslut", "Återläsning visas inom en månad.")
            .await;
        anna.clicks("Anteckna beslutet").await;
        anna.sees("Beslut 1. Återläsning visas inom en månad.")
            .await;
        anna.presses("Åtgärd").await;
        anna.fills("Rubrik", "Visa nätets återläsningstester").await;
        anna.fills("Ansvarig organisation", "Bältespännar").await;
        anna.fills("Senast", &in_days(30)).await;
        anna.clicks("Anteckna åtgärden").await;
        anna.sees("Visa nätets återläsningstester").await;
        anna.clicks("Mötet är hållet").await;
        anna.sees("Mötet är markerat som hållet.").await;
    }

    async fn david_reports_the_item_done(&mut self) {
        let david = &mut self.browser;
        david.signs_in("David").await;
        david.clicks("Visa nätets återläsningstester").await;
        david.clicks("Anmäl som klar").await;
        david
            .fills("Vad som är gjort", "Brandväggarna är återlästa.")
            .await;
        david
            .chooses("Underlag som visar det", "Återläsning av brandväggarna")
            .await;
        david.clicks("Anmäl som klar").await;
        david.sees("Åtgärden är anmäld som klar.").await;
        assert!(
            !david.can_click("Verifiera").await,
            "who does it does not verify it"
        );
    }

    async fn anna_verifies_it_and_signs_the_minutes(&mut self) {
        let anna = &mut self.browser;
        anna.signs_in("Anna").await;
        anna.clicks("Forum").await;
        anna.clicks("Strategiskt leverantörsforum").await;
        anna.clicks("Visa nätets återläsningstester").await;
        anna.sees("Brandväggarna är återlästa.").await;
        anna.clicks("Verifiera").await;
        anna.sees("Åtgärden är verifierad.").await;
        anna.clicks("Extra möte").await;
        anna.clicks("Justera protokollet").await;
        anna.sees("Protokollet är justerat och låst.").await;
        anna.sees("Justerat av Anna Lindqvist").await;
        assert!(
            !anna.can_click("Anteckna beslutet").await,
            "what is signed does not change"
        );
    }
}
