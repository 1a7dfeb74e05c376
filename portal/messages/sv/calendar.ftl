calendar-meeting = { $what }
calendar-action-item = Åtgärd ska vara klar: { $what }
calendar-evidence-request = Underlag ska lämnas: { $what }
calendar-evidence-ends = Sista giltighetsdag: { $what }
calendar-acceptance-ends = Riskacceptans upphör: { $what }
calendar-agreement-ends = Avtal upphör: { $what }
calendar-feed-ends = Kalenderns adress slutar gälla. Skapa en ny i Samsyn.
