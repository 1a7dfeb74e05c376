do-createAgreement = Nytt avtal
done-createAgreement = Avtalet är registrerat.
do-updateAgreement = Ändra avtalet
done-updateAgreement = Avtalet är ändrat.
