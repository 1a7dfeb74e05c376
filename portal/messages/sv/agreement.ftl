do-createAgreement = Nytt avtal
done-createAgreement = Avtalet är registrerat.
do-updateAgreement = Ändra avtalet
done-updateAgreement = Avtalet är ändrat.

title-agreements = Avtal
agreements-none = Inget avtal är registrerat.
agreement-period = Period
agreement-in-force = Gäller nu
agreement-runs = Gäller
agreement-comes = Börjar gälla senare
agreement-ended = Har upphört
agreement-ends = upphör { $what }
agreement-until-further-notice = tills vidare
agreement-about = Gäller
agreement-reference = Referens
agreement-recorded = Registrerat
agreement-evidence = Inlämnat underlag
agreement-evidence-none = Inget underlag har lämnats in under avtalet.
agreement-all-evidence = Visa allt som är inlämnat under avtalet
agreement-requests = Begäran om underlag
agreement-requests-none = Inget underlag är begärt under avtalet.
agreement-analyses-none = Ingen riskanalys hör till avtalet.
agreement-high-risks = { $n ->
    [one] { $n } hög risk
   *[other] { $n } höga risker
}
