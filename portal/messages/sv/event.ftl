title-event = Händelser
