do-createForum = New forum
done-createForum = The forum was set up.
do-updateForum = Change the forum
done-updateForum = The forum was changed.
do-addForumMember = Add a member
done-addForumMember = The member was added.
do-removeForumMember = Remove the member
done-removeForumMember = The member was removed.
do-scheduleMeeting = Call a meeting
done-scheduleMeeting = The meeting is planned.
do-updateMeeting = Change the meeting
done-updateMeeting = The meeting was changed.
do-holdMeeting = The meeting was held
done-holdMeeting = The meeting is marked as held.
do-signMinutes = Sign the minutes
done-signMinutes = The minutes are signed and locked.
do-addAgendaItem = Add a point
done-addAgendaItem = The point was put on the agenda.
do-updateAgendaItem = Change the point
done-updateAgendaItem = The point was changed.
do-recordDecision = Take down the decision
done-recordDecision = The decision was taken down.
do-updateDecision = Correct the decision
done-updateDecision = The decision was corrected.

title-forums = Forums
title-meetings = Meetings
title-decisions = Decisions
decisions-none = No decision has been recorded.
decision-contains = The decision contains
decision-not-signed = The minutes are not signed yet.
decision-items = { $n ->
    [one] { $n } action item carries it out.
   *[other] { $n } action items carry it out.
}
forum-all-meetings = All meetings of the forum
forum-all-decisions = All decisions of the forum
forums-none = There are no forums that you take part in.
forum-next = Next meeting
forum-no-next = No meeting is planned.
forum-count-open = { $n ->
    [0] no open action items
    [one] { $n } open action item
   *[other] { $n } open action items
}
forum-count-overdue = { $n ->
   *[other] { $n } overdue
}
forum-meeting-title = { $what }, meeting
forum-next-meeting = Next meeting
forum-to-meeting = To the meeting
forum-agenda-empty = The agenda is empty yet. Put points on it from here.
forum-briefing = Before the meeting
forum-since = The last meeting began { $what }.
forum-last-minutes = To the last meeting
forum-project = Show during the meeting
forum-project-end = Stop showing
forum-audience = In the room
forum-audience-common = All members
forum-audience-all = The municipality alone
forum-audience-common-lead = Only what all members of the forum may see is shown. Choose a supplier above to show what concerns it.
forum-audience-first = Of each list, the first { $n } rows are chosen from.
forum-rest = Not all of them fit here. The rest is on the page of the forum.
forum-overdue = Overdue action items
forum-to-review = Waiting for review
forum-suppliers = The suppliers side by side
forum-expired = Expired evidence
forum-expiring = Expires within 90 days
forum-all-valid = All evidence is valid for more than 90 days.
forum-high-risks = High risks
forum-past-review = Risks past their review
forum-acceptances = Risk acceptances that have expired
forum-open = Other open action items
forum-changes = Since the last meeting
forum-all-of-them = Show all
forum-purpose = What the forum is for
forum-meetings = Meetings
forum-no-meetings = No meeting has been held or planned.
forum-members = Members
forum-remove = Remove
forum-below = Forums below this one
forum-raise = Bring up
forum-on-agenda = Point { $n }
forum-raise-lead = “Bring up” puts the row on the agenda of the next meeting.
forum-agenda-place = of the agenda
forum-raise-item = Action item: { $what }
forum-raise-risk = Risk: { $what }
forum-raise-acceptance = Expired risk acceptance: { $what }
forum-raise-review = To review: { $what }
forum-raise-evidence = Validity: { $what }
hint-addAgendaItem-title = Every member of the forum reads the title, also suppliers that may not see what the point is about.

meeting-agenda = Agenda
meeting-no-points = The agenda is empty yet.
meeting-change = Change time and place
meeting-keys = Keyboard shortcuts
meeting-keys-lead = They apply while you do not type in a field. Notes that you have not saved are saved when you take down a decision or an action item.
meeting-keys-on = Shortcuts of a single key are on
meeting-keys-close = Close
meeting-key-step = Next and previous point
meeting-key-notes = Write notes under the point
meeting-key-decision = Take down a decision at the point
meeting-key-item = Take down an action item at the point
meeting-key-point = Add a point
meeting-key-minutes = Write other notes
meeting-key-save = Save what you write
meeting-key-leave = Leave the field, back to the point
meeting-key-help = Show this help
meeting-save-notes = Save the notes
meeting-submission = Submission
meeting-new-decision = Decision
meeting-new-item = Action item
meeting-new-point = New point
meeting-add-with = New point about a risk or a submission
meeting-carries-out = Carries out the decision
meeting-up = Move up
meeting-down = Move down
meeting-change-point = Change the point
meeting-correct = Correct
meeting-decision = Decision { $n }.
meeting-decisions = { $n ->
    [one] { $n } decision
   *[other] { $n } decisions
}
meeting-other = Without a point or a decision
meeting-other-decisions = Other decisions
meeting-other-notes = Other notes
meeting-close = Close the meeting
meeting-close-lead = When the meeting has been held its minutes can be signed. Until then all of it can still be changed.
meeting-sign = Signing
meeting-sign-lead = Read through the minutes first. This is locked as it stands now, and cannot be changed afterwards:
meeting-lock-points = { $n ->
    [one] { $n } point with its notes, and other notes
   *[other] { $n } points with their notes, and other notes
}
meeting-lock-decisions = { $n ->
    [one] { $n } decision
   *[other] { $n } decisions
}
meeting-lock-items = { $n ->
    [one] { $n } action item, as it then reads (it is followed up as usual)
   *[other] { $n } action items, as they then read (they are followed up as usual)
}
meeting-lock-members = { $n ->
    [one] { $n } member
   *[other] { $n } members
}
meeting-sign-empty = The meeting has no agenda, so there is nothing to sign. Put on it first what was dealt with.
meeting-sign-waits = Waits for { $what } to sign the minutes.
meeting-sign-no-chair = The forum has no chair who can sign the minutes.
meeting-minutes = Minutes
meeting-when = Time
meeting-signed-by = Signed by { $what }
meeting-signed-lead = The minutes are shown as they stood when they were signed.
meeting-items-now = How the action items stand now
meeting-take-item = Take down the action item
