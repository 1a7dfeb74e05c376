title-event = Events
