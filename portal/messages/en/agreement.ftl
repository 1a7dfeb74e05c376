do-createAgreement = New agreement
done-createAgreement = The agreement was recorded.
do-updateAgreement = Change the agreement
done-updateAgreement = The agreement was changed.
