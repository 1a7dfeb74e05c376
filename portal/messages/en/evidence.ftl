do-draftEvidence = New evidence
done-draftEvidence = The evidence was drafted.
do-updateEvidence = Change the evidence
done-updateEvidence = The evidence was changed.
do-archiveEvidence = Put away
done-archiveEvidence = The evidence was put away.
do-removeEvidenceFile = Remove the file
done-removeEvidenceFile = The file was taken out of the working copy.
