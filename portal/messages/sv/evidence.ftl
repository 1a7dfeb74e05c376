do-draftEvidence = Nytt underlag
done-draftEvidence = Underlaget är skapat som utkast.
do-updateEvidence = Ändra underlaget
done-updateEvidence = Underlaget är ändrat.
do-archiveEvidence = Lägg undan
done-archiveEvidence = Underlaget är undanlagt.
do-removeEvidenceFile = Ta bort filen
done-removeEvidenceFile = Filen är borttagen ur arbetskopian.
