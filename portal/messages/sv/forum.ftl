do-createForum = Nytt forum
done-createForum = Forumet är skapat.
do-updateForum = Ändra forumet
done-updateForum = Forumet är ändrat.
do-addForumMember = Lägg till en deltagare
done-addForumMember = Deltagaren är tillagd.
do-removeForumMember = Ta bort deltagaren
done-removeForumMember = Deltagaren är borttagen.
do-scheduleMeeting = Kalla till möte
done-scheduleMeeting = Mötet är planerat.
do-updateMeeting = Ändra mötet
done-updateMeeting = Mötet är ändrat.
do-holdMeeting = Mötet är hållet
done-holdMeeting = Mötet är markerat som hållet.
do-signMinutes = Justera protokollet
done-signMinutes = Protokollet är justerat och låst.
do-addAgendaItem = Lägg till en punkt
done-addAgendaItem = Punkten är tillagd på dagordningen.
do-updateAgendaItem = Ändra punkten
done-updateAgendaItem = Punkten är ändrad.
do-recordDecision = Anteckna beslutet
done-recordDecision = Beslutet är antecknat.
do-updateDecision = Rätta beslutet
done-updateDecision = Beslutet är rättat.

title-forums = Forum
title-meetings = Möten
title-decisions = Beslut
decisions-none = Inget beslut har antecknats.
decision-contains = Beslutet innehåller
decision-not-signed = Protokollet är inte justerat än.
decision-items = { $n ->
    [one] { $n } åtgärd genomför beslutet.
   *[other] { $n } åtgärder genomför beslutet.
}
forum-all-meetings = Alla forumets möten
forum-all-decisions = Alla forumets beslut
forums-none = Det finns inga forum som du deltar i.
forum-next = Nästa möte
forum-no-next = Inget möte är planerat.
forum-count-open = { $n ->
    [0] inga öppna åtgärder
    [one] { $n } öppen åtgärd
   *[other] { $n } öppna åtgärder
}
forum-count-overdue = { $n ->
    [one] { $n } försenad
   *[other] { $n } försenade
}
forum-meeting-title = { $what }, möte
forum-next-meeting = Nästa möte
forum-to-meeting = Till mötet
forum-agenda-empty = Dagordningen är tom än. Sätt upp punkter härifrån.
forum-briefing = Inför mötet
forum-since = Förra mötet började { $what }.
forum-last-minutes = Till förra mötet
forum-project = Visa under mötet
forum-project-end = Avsluta visningen
forum-audience = I rummet
forum-audience-common = Alla deltagare
forum-audience-all = Bara kommunen
forum-audience-common-lead = Här visas bara det som alla forumets deltagare får se. Välj en leverantör ovan för att visa det som rör den.
forum-audience-first = Urvalet görs bland de { $n } första raderna av varje lista.
forum-rest = Alla ryms inte här. Resten finns på forumets sida.
forum-overdue = Försenade åtgärder
forum-to-review = Väntar på granskning
forum-suppliers = Leverantörerna sida vid sida
forum-expired = Utgånget underlag
forum-expiring = Löper ut inom 90 dagar
forum-all-valid = Allt underlag gäller mer än 90 dagar till.
forum-high-risks = Höga risker
forum-past-review = Risker som skulle ha setts över
forum-acceptances = Riskacceptanser som har löpt ut
forum-open = Övriga öppna åtgärder
forum-changes = Har hänt sedan förra mötet
forum-all-of-them = Visa alla
forum-purpose = Vad forumet är till för
forum-meetings = Möten
forum-no-meetings = Inget möte har hållits eller planerats.
forum-members = Deltagare
forum-remove = Ta bort
forum-below = Forum under detta
forum-raise = Ta upp
forum-on-agenda = Punkt { $n }
forum-raise-lead = ”Ta upp” sätter raden på dagordningen för nästa möte.
forum-agenda-place = på dagordningen
forum-raise-item = Åtgärd: { $what }
forum-raise-risk = Risk: { $what }
forum-raise-acceptance = Utgången riskacceptans: { $what }
forum-raise-review = Att granska: { $what }
forum-raise-evidence = Giltighet: { $what }
hint-addAgendaItem-title = Alla som deltar i forumet läser rubriken, även leverantörer som inte får se det punkten gäller.

meeting-agenda = Dagordning
meeting-no-points = Dagordningen är tom än.
meeting-change = Ändra tid och plats
meeting-keys = Kortkommandon
meeting-keys-lead = De gäller när du inte skriver i ett fält. Anteckningar som du inte har sparat sparas med när du antecknar ett beslut eller en åtgärd.
meeting-keys-on = Kortkommandon med en tangent är på
meeting-keys-close = Stäng
meeting-key-step = Nästa och föregående punkt
meeting-key-notes = Skriv i punktens anteckningar
meeting-key-decision = Anteckna ett beslut vid punkten
meeting-key-item = Anteckna en åtgärd vid punkten
meeting-key-point = Lägg till en punkt
meeting-key-minutes = Skriv övriga anteckningar
meeting-key-save = Spara det du skriver
meeting-key-leave = Lämna fältet, tillbaka till punkten
meeting-key-help = Visa den här hjälpen
meeting-save-notes = Spara anteckningarna
meeting-submission = Inlämning
meeting-new-decision = Beslut
meeting-new-item = Åtgärd
meeting-new-point = Ny punkt
meeting-add-with = Ny punkt om en risk eller en inlämning
meeting-carries-out = Genomför beslutet
meeting-up = Flytta upp
meeting-down = Flytta ned
meeting-change-point = Ändra punkten
meeting-correct = Rätta
meeting-decision = Beslut { $n }.
meeting-decisions = { $n ->
    [one] { $n } beslut
   *[other] { $n } beslut
}
meeting-other = Utan punkt eller beslut
meeting-other-decisions = Övriga beslut
meeting-other-notes = Övriga anteckningar
meeting-close = Avsluta mötet
meeting-close-lead = När mötet är hållet kan protokollet justeras. Till dess kan allt fortfarande ändras.
meeting-sign = Justering
meeting-sign-lead = Läs igenom protokollet först. Det här låses som det nu står, och kan inte ändras efteråt:
meeting-lock-points = { $n ->
    [one] { $n } punkt med sina anteckningar, och övriga anteckningar
   *[other] { $n } punkter med sina anteckningar, och övriga anteckningar
}
meeting-lock-decisions = { $n ->
   *[other] { $n } beslut
}
meeting-lock-items = { $n ->
    [one] { $n } åtgärd, som den då lyder (den följs upp vidare som vanligt)
   *[other] { $n } åtgärder, som de då lyder (de följs upp vidare som vanligt)
}
meeting-lock-members = { $n ->
    [one] { $n } deltagare
   *[other] { $n } deltagare
}
meeting-sign-empty = Mötet har ingen dagordning, så det finns inget att justera. Sätt först upp det som behandlades.
meeting-sign-waits = Väntar på att { $what } justerar protokollet.
meeting-sign-no-chair = Forumet har ingen ordförande som kan justera protokollet.
meeting-minutes = Protokoll
meeting-when = Tid
meeting-signed-by = Justerat av { $what }
meeting-signed-lead = Protokollet visas som det stod när det justerades.
meeting-items-now = Så står åtgärderna nu
meeting-take-item = Anteckna åtgärden
