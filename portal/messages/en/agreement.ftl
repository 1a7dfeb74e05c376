do-createAgreement = New agreement
done-createAgreement = The agreement was recorded.
do-updateAgreement = Change the agreement
done-updateAgreement = The agreement was changed.

title-agreements = Agreements
agreements-none = No agreement is recorded.
agreement-period = Period
agreement-in-force = In force now
agreement-runs = In force
agreement-comes = Begins later
agreement-ended = Has ended
agreement-ends = ends { $what }
agreement-until-further-notice = until further notice
agreement-about = Is about
agreement-reference = Reference
agreement-recorded = Recorded
agreement-evidence = Evidence handed in
agreement-evidence-none = No evidence has been handed in under the agreement.
agreement-all-evidence = Show all that was handed in under the agreement
agreement-requests = Requests for evidence
agreement-requests-none = No evidence is asked for under the agreement.
agreement-analyses-none = No risk analysis belongs to the agreement.
agreement-high-risks = { $n ->
    [one] { $n } high risk
   *[other] { $n } high risks
}
