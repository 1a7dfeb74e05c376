skip-to-content = Till innehållet
nav = Sidor
search = Sök
nav-start = Start
nav-evidence = Underlag
nav-analyses = Riskanalyser
nav-risks = Risker
nav-forums = Forum
nav-action-items = Åtgärder
nav-agreements = Avtal
nav-events = Händelser
nav-administration = Administration
today = i dag
in-days = { $n ->
    [one] om { $n } dag
   *[other] om { $n } dagar
}
days-ago = { $n ->
    [one] för { $n } dag sedan
   *[other] för { $n } dagar sedan
}
optional = frivilligt
choose = Välj
none-chosen = Inget
not-assessed = Inte bedömd
nothing-to-choose = Det finns inget att välja.
cancel = Avbryt
conflict-lead = Någon annan har ändrat detta medan du skrev. Det du skrev finns kvar; vid varje fält som skiljer sig står vad det är nu. Spara för att låta ditt gälla.
theirs = Nu står det:
to-start = Till startsidan
reference-is = Referens: { $what }.
once-lead = Det här visas bara nu. Spara det på ett säkert ställe innan du går vidare.
once-go-on = Jag har sparat det
once-secret = Token
once-clientId = Klient-id
once-clientSecret = Klienthemlighet
once-tokenEndpoint = Adress för token
problem-fields = Något i formuläret behöver rättas. Det står vid fälten.
problem-missing = Fyll i det här.
problem-number = Skriv ett heltal inom gränserna.
problem-day = Skriv ett datum, till exempel 2026-03-31.
problem-moment = Skriv datum och tid, till exempel 2026-03-31 09:00.
problem-json = Det är inte giltig JSON.
problem-mapping = Skriv varje rad som värde = ROLL.
problem-long = Högst { $what } tecken.
problem-characters = Texten får inte innehålla styrtecken.
problem-range = Tillåtna värden: { $what }.
problem-year = Året ska ligga mellan { $what }.
problem-early = Tidigast { $what }.
refused-title = Det gick inte
refused-title-NOT_FOUND = Sidan finns inte
refused-title-FORBIDDEN = Det får du inte
refused-NOT_FOUND = Det finns inget sådant, eller så får du inte se det.
refused-FORBIDDEN = Din behörighet räcker inte för det här.
refused-INVALID_INPUT = Något i det du skickade var fel.
refused-CONFLICT = Någon annan har ändrat detta medan du skrev.
refused-INVALID_STATE = Det går inte i det läge som det är nu.
refused-LIMIT_EXCEEDED = Det är mer än tjänsten tar emot på en gång.
refused-RATE_LIMITED = Det blev för mycket på kort tid. Vänta en minut och försök igen.
refused-TRY_AGAIN = Andra ändrade samma sak i samma ögonblick. Försök igen.
refused-UNAVAILABLE = Tjänsten kan inte nås just nu. Försök igen om en minut.
refused-INTERNAL = Något gick fel hos oss. Försök igen.
reference = Referens:
