calendar-meeting = { $what }
calendar-action-item = Action item due: { $what }
calendar-evidence-request = Evidence due: { $what }
calendar-evidence-ends = Last day of validity: { $what }
calendar-acceptance-ends = Risk acceptance ends: { $what }
calendar-agreement-ends = Agreement ends: { $what }
calendar-feed-ends = The address of this calendar stops working. Make a new one in Samsyn.
