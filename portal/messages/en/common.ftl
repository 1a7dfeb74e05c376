skip-to-content = Skip to content
nav = Pages
search = Search
nav-start = Start
nav-evidence = Evidence
nav-analyses = Risk analyses
nav-risks = Risks
nav-forums = Forums
nav-action-items = Action items
nav-agreements = Agreements
nav-events = Events
nav-administration = Administration
today = today
in-days = { $n ->
    [one] in { $n } day
   *[other] in { $n } days
}
days-ago = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
}
optional = optional
choose = Choose
none-chosen = None
not-assessed = Not assessed
nothing-to-choose = There is nothing to choose.
cancel = Cancel
conflict-lead = Somebody else has changed this while you were typing. What you typed is kept; beside each field that differs stands what it is now. Save to let yours hold.
theirs = It now says:
to-start = To the start page
reference-is = Reference: { $what }.
once-lead = This is shown only now. Keep it in a safe place before you go on.
once-go-on = I have kept it
once-secret = Token
once-clientId = Client id
once-clientSecret = Client secret
once-tokenEndpoint = Token endpoint
problem-fields = Something in the form needs correcting. It stands beside the fields.
problem-missing = Fill this in.
problem-number = Give a whole number within the bounds.
problem-day = Give a date, such as 2026-03-31.
problem-moment = Give a date and a time, such as 2026-03-31 09:00.
problem-json = This is not valid JSON.
problem-mapping = Write each line as value = ROLE.
problem-long = At most { $what } characters.
problem-characters = The text must not contain control characters.
problem-range = Allowed: { $what }.
problem-year = The year must lie in { $what }.
problem-early = { $what } at the earliest.
refused-title = That did not work
refused-title-NOT_FOUND = There is no such page
refused-title-FORBIDDEN = You may not do this
refused-NOT_FOUND = There is no such thing, or you may not see it.
refused-FORBIDDEN = Your roles do not let you do this.
refused-INVALID_INPUT = Something in what you sent was wrong.
refused-CONFLICT = Somebody else has changed this while you were typing.
refused-INVALID_STATE = That is not possible in the present state.
refused-LIMIT_EXCEEDED = That is more than the service takes at once.
refused-RATE_LIMITED = That was too much in a short time. Wait a minute and try again.
refused-TRY_AGAIN = Others changed the same at the same moment. Try again.
refused-UNAVAILABLE = The service cannot be reached just now. Try again in a minute.
refused-INTERNAL = Something went wrong on our side. Try again.
reference = Reference:
