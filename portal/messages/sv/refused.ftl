# Vad API:et vägrar, och vad man gör i stället. Raderna i src/refused/table.rs pekar hit.

or = eller

problem-past = Välj en tidpunkt i framtiden.
problem-days-ahead = Välj en tidpunkt högst { $what } dagar framåt.
problem-hours-ahead = Välj en tidpunkt högst { $what } timmar framåt.
problem-person = Välj en aktiv person i organisationen.
problem-words = Sök på högst { $what } ord.

refused-just-added = Någon annan har just lagt till samma sak. Ladda om sidan och gör det som återstår.
refused-slow = Det tog för lång tid och avbröts. Ladda om sidan och se vad som blev gjort innan du försöker igen.
refused-busy = Tjänsten är hårt belastad just nu. Vänta en stund och försök igen.

refused-roles = Bara den som har rollen { $what } får göra det här. Be en kollega som har den, eller be er administratör att ge dig den.
refused-other-area = Det här hör till ett annat tjänsteområde än ditt. Be den som är tjänsteområdesansvarig där.
refused-not-owner = Bara den organisation som äger uppgifterna kan göra det här.
refused-not-customer = Bara kunden kan göra det här.
refused-not-supplier = Bara leverantören kan göra det här.
refused-not-party = Bara avtalets parter, kunden och leverantören, kan göra det här.
refused-not-participant = Bara organisationer som deltar kan göra det här.
refused-not-assignee = Bara den organisation som ansvarar för åtgärden kan göra det här.
refused-own-work = Du får inte göra det här själv, eftersom det gäller ditt eget arbete eller din egen behörighet. Be en kollega.
refused-not-chair = Bara forumets ordförande kan göra det här.
refused-reading = Bara den som har rollen { $what } får läsa det här. Be er administratör om du behöver en sådan roll.
refused-access-concerns = Bara administratörer ser vilkas behörighet som behöver ses över.

refused-state-submission = Inlämningens läge är nu: { $what }. Det här går bara i läget: { $other }. Ladda om sidan och se vad som gäller nu.
refused-state-request = Begärans läge är nu: { $what }. Det här går bara i läget: { $other }. Ladda om sidan och se vad som gäller nu.
refused-state-acceptance = Riskacceptansens läge är nu: { $what }. Det här går bara i läget: { $other }. Ladda om sidan och se vad som gäller nu.
refused-state-meeting = Mötets läge är nu: { $what }. Det här går bara i läget: { $other }. Ladda om sidan och se vad som gäller nu.
refused-state-action-item = Åtgärdens läge är nu: { $what }. Det här går bara i läget: { $other }. Ladda om sidan och se vad som gäller nu.

problem-file-name-long = Filnamnet är för långt. Korta det till högst { $what } tecken och ladda upp filen igen.
problem-file-name-character = Filnamnet innehåller ett tecken som inte får finnas där, till exempel ett snedstreck. Byt namn på filen och ladda upp den igen.
problem-file-macros = Filen innehåller makron. Spara den utan makron och ladda upp den igen.
problem-file-program = Filen innehåller ett program. Ladda bara upp dokument.
problem-file-content = Filen är inte av ett slag som tas emot. Innehållet stämmer inte med filändelsen: öppna filen, spara den på nytt och ladda upp den igen.
problem-file-empty = Filen är tom. Välj en fil med innehåll.
problem-file-broken = Hela filen kom inte fram. Ladda upp den igen.
refused-file-large = Filen är större än gränsen { $what }. Gör den mindre eller dela upp den på flera filer.
refused-file-gone = Filen är redan borttagen ur arbetskopian. Du behöver inte göra något.

refused-evidence-put-away = Underlaget är undanlagt och kan varken ändras eller lämnas in. Skapa ett nytt med ”{ hand-in }”.
refused-handing-in = Underlaget är redan på väg att lämnas in under det här avtalet. Gå vidare med den inlämningen.
refused-not-in-force = Avtalet gäller inte i dag, så inget kan lämnas in under det. Välj ett avtal som gäller.
refused-not-in-force-asking = Avtalet gäller inte i dag, så inget kan begäras under det. Välj ett avtal som gäller.
refused-of-analysis = Inlämningen gäller en riskanalys. Gör det här på analysens sida i stället.
problem-remark = Skriv vad som ska ändras innan det lämnas in igen.
problem-answer-agreement = Välj en inlämning under samma avtal som begäran.
problem-answer-draft = Inlämningen är fortfarande ett utkast. Välj ”{ do-submitSubmission }” på inlämningens sida först, och besvara sedan begäran.

refused-analysis-waits = Analysen väntar på kundens granskning och kan inte ändras så länge. Ändra den om den återlämnas, eller välj ”{ do-reviseRiskAnalysis }” när den är godkänd.
refused-analysis-waits-opening = Analysen väntar på kundens granskning. Den kan öppnas för ändring när den är godkänd.
refused-analysis-approved = Analysen är godkänd. Välj ”{ do-reviseRiskAnalysis }” först.
refused-analysis-open = Analysen är redan öppen för ändring. Ändra den och välj sedan ”{ do-submitRiskAnalysis }”.
refused-analysis-empty = Analysen har ingen öppen risk. Välj ”{ do-addRisk }” innan du lämnar in den.
refused-analysis-not-handed-in = Analysen är inte inlämnad än. Välj ”{ do-submitRiskAnalysis }” först.
refused-analysis-agreement = Avtalet har upphört, så inget kan lämnas in under det. Påbörja analysen under ett avtal som gäller.
refused-analysis-shared = Organisationen deltar redan i analysen. Du behöver inte göra något.
refused-risk-closed = Risken är stängd. Om den har uppstått igen, välj ”{ do-addRisk }” och beskriv den på nytt.
problem-risk-owner = Välj en aktiv person i en organisation som deltar i analysen.
refused-acceptance-closed = Risken är stängd och behöver ingen riskacceptans.
refused-acceptance-low = Risken behöver ingen riskacceptans. Riskvärdet som återstår är { $what }, och acceptans krävs först från { $other }.
refused-acceptance-asked = Riskacceptans är redan begärd. Vänta på it-chefens beslut.

problem-forum-name = Ett annat av era forum heter redan så. Välj ett annat namn.
problem-forum-own = Välj ett av era egna forum.
problem-forum-topmost = Lämna tomt: inget forum står ovanför ett strategiskt.
problem-forum-above = Välj ett forum på nivån närmast ovanför: { $what }.
problem-forum-area = Välj ett forum som gäller alla tjänsteområden, eller samma tjänsteområde som det här forumet.
problem-forum-step = Välj ett forum på nivån närmast ovanför eller under. Från nivån { $what } är det: { $other }.
problem-forum-below = Välj ett forum direkt under det som följer upp åtgärden.
problem-forum-risk = Välj en risk ur en analys för den kund som forumet hör till.
problem-forum-submission = Välj något som är inlämnat till den kund som forumet hör till.
problem-member = Välj er egen organisation, eller en leverantör som har avtal med er inom forumets tjänsteområde.
problem-member-person = Välj en person: ordförande och sekreterare är bestämda personer.
problem-chair = Välj er egen organisation: ordföranden ska komma från er.
refused-member-already = Deltagaren är redan med i forumet. Ta bort deltagaren och lägg till på nytt om uppgiften ska ändras.
refused-another-chair = Forumet har redan en ordförande. Ta bort den deltagaren först, och lägg sedan till den nya ordföranden.
problem-meeting-ends = Sluttiden måste vara senare än starttiden.
refused-minutes-signed = Protokollet är justerat och kan inte ändras. Ta upp det som behöver rättas på nästa möte.
problem-decision-point = Välj en punkt på dagordningen för samma möte.

problem-item-decision = Välj ett beslut från samma möte.
problem-item-meeting = Välj ett möte i det här forumet eller i ett forum ovanför.
problem-assignee = Välj en organisation som deltar i det forum som följer upp åtgärden.
problem-many-submissions = Välj högst { $what } inlämningar.
problem-submissions = Välj bara underlag som er organisation har lämnat in till åtgärdens kund.
refused-no-forum-above = Åtgärden kan inte eskaleras, för inget forum finns ovanför. Ta upp den på forumets nästa möte.
refused-other-forum = Du deltar inte i det forum som följer upp åtgärden. Be någon som deltar där att flytta den.

problem-not-supplier = Numret tillhör en kommun. Skriv leverantörens organisationsnummer.
problem-agreement-reference = Ett annat avtal har redan den referensen. Kontrollera den, eller skriv en annan.
problem-organisation-number = Skriv ett organisationsnummer med tio siffror, till exempel 212000-1355.
problem-organisation-number-long = Med tolv siffror börjar ett organisationsnummer med 16. Annars är det ett personnummer.
problem-organisation-number-personal = Det ser ut som ett personnummer. I ett organisationsnummer är den tredje siffran minst 2.
problem-organisation-number-check = Den sista siffran stämmer inte med de andra. Kontrollera numret och skriv det igen.

problem-email = Skriv en e-postadress, till exempel namn@kommunen.se.
problem-email-taken = En annan person i organisationen har redan den adressen. Ändra den personen, eller skriv en annan adress.
problem-role-municipality = Välj bara roller som finns i en kommun.
problem-role-supplier = Välj bara roller som finns hos en leverantör.
problem-role-area = Välj tjänsteområde för den som är tjänsteområdesansvarig.
problem-role-no-area = Ta bort tjänsteområdet: bara rollen tjänsteområdesansvarig har ett.
refused-last-administrator = Organisationen måste ha en administratör. Ge någon annan rollen Administratör först.
refused-inactive = Personen är avstängd, så det finns ingen behörighet att bekräfta.
refused-no-identity = Personen har aldrig loggat in via er egen inloggning, så det finns ingen koppling att ta bort.
refused-session-ended = Sessionen är redan avslutad. Du behöver inte göra något.

problem-issuer = Skriv utfärdaren precis som den står i inloggningens metadata: en https-adress som nås från internet, utan ? och #.
problem-issuer-silent = Ingen inloggning med den utfärdaren svarar på adressen följd av /.well-known/openid-configuration. Kontrollera att adressen är exakt den som står i inloggningens metadata.
problem-required-value = Fyll i både kravet på ett påstående och påståendets värde, eller inget av dem.
problem-role-claim = Fyll i både påståendet som ger roller och vilka värden som ger vilken roll, eller inget av dem.
problem-mapping-long = Högst { $what } rader.
problem-mapping-administrator = Rollen Administratör kan inte ges av inloggningen. Ge den till personen själv under Personer.
problem-no-domain = Skriv minst en domän. Den som ska logga in leds hit av domänen i sin e-postadress.
problem-domains-long = Högst { $what } domäner.
problem-domain = Skriv det som står efter @ i adresserna, till exempel kommunen.se.
problem-provider-gone = Någon har tagit bort inloggningen medan du skrev. Ladda om sidan och ställ in den på nytt.
refused-no-key = Tjänsten kan inte spara hemligheter än. Be dem som driver tjänsten att ställa in identity.key.
problem-no-scope = Välj minst en sak som programmet får göra.
problem-no-role = Välj minst en roll.
problem-program-administrator = Ett program kan inte vara administratör. Välj andra roller.
problem-client-taken = En annan maskinklient i organisationen har redan det id:t. Återkalla den först.
problem-keys = Klistra in en JWKS med minst en publik nyckel för signering: RSA, EC (P-256 eller P-384) eller Ed25519.
problem-private-keys = Det finns privata nycklar här, och de är nu röjda. Skapa nya nycklar och klistra bara in de publika.
refused-token-revoked = Den är redan återkallad. Du behöver inte göra något.
refused-leave-ended = Supportens åtkomst är redan avslutad. Du behöver inte göra något.

refused-many-views = Du har redan sparat { $what } vyer. Ta bort någon av dem först.
