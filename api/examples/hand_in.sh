#!/usr/bin/env bash
# Lists what is to be done, hands in a file as evidence of a restore test, and follows what happens. Needs curl and jq.
#
#   SAMSYN_URL=http://127.0.0.1:8080/graphql SAMSYN_TOKEN=… api/examples/hand_in.sh FILE
set -euo pipefail
file=$1
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# Sends a document with variables, and curl's options; gives the data. curl repeats what was not answered, waiting
# for as long as `Retry-After` says if the answer was 429 (RATE_LIMITED) or 503.
ask() {
  jq -n --arg query "$1" --argjson variables "$2" '{$query, $variables}' |
    curl -sS --retry 5 --retry-all-errors -o "$answer" "$SAMSYN_URL" -H "Authorization: Bearer $SAMSYN_TOKEN" \
      -H 'Content-Type: application/json' -H 'Accept: application/graphql-response+json' "${@:3}" --data-binary @-
  jq -e '.data | select(. != null)' "$answer" || { jq -r '.errors[] | "\(.extensions.code): \(.message)"' "$answer" >&2 && return 1; }
}
code() { jq -r '.errors[0].extensions.code' "$answer"; }

# The same for a mutation that must happen once: a repeated request with the same key gets the first answer.
once() { ask "$1" "$2" -H "Idempotency-Key: $(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"; }

# 1. The open action items, page by page.
after=null
until [ -z "$after" ]; do
  page=$(ask 'query ($after: String) {
    actionItems(filter: { open: true }, first: 10, after: $after) {
      nodes { title dueOn overdue } pageInfo { endCursor hasNextPage } } }' "{\"after\": $after}")
  jq -r '.actionItems.nodes[] | "\(.dueOn) \(if .overdue then "!" else " " end) \(.title)"' <<<"$page"
  after=$(jq '.actionItems.pageInfo | select(.hasNextPage).endCursor' <<<"$page")
done

# 2. A draft of the evidence, and its file. The URL for it is a secret, and works without a token.
agreement=$(ask '{ agreements(first: 100) { nodes { id inForce } } }' '{}' |
  jq -r 'first(.agreements.nodes[] | select(.inForce)).id')
evidence=$(once 'mutation ($title: String!, $validFrom: Date!) {
    draftEvidence(input: { kind: RESTORE_TEST, title: $title, validFrom: $validFrom }) { id } }' \
  "$(jq -n --arg title "Restore test, ${file##*/}" --arg validFrom "$(date -u +%F)" '$ARGS.named')" |
  jq -r .draftEvidence.id)
url=$(ask 'mutation ($evidence: ID!, $fileName: String!) {
    createEvidenceUpload(input: { evidenceId: $evidence, fileName: $fileName }) { url } }' \
  "$(jq -n --arg evidence "$evidence" --arg fileName "${file##*/}" '$ARGS.named')" |
  jq -r .createEvidenceUpload.url)
curl -sS --fail-with-body --retry 5 --retry-all-errors -o "$answer" -T "$file" "$url"
echo "uploaded: $(jq -r .file.sha256 "$answer")"

# 3. The submission, handed in on the version that was last seen. CONFLICT says that somebody else has changed it
# meanwhile: read it again, and repeat the change if it still makes sense.
submission=$(once 'mutation ($evidence: ID!, $agreement: ID!) {
    createSubmission(input: { evidenceId: $evidence, agreementId: $agreement }) { id version } }' \
  "$(jq -n --arg evidence "$evidence" --arg agreement "$agreement" '$ARGS.named')" | jq .createSubmission)
until once 'mutation ($id: ID!, $version: Int!) {
    submitSubmission(input: { id: $id, expectedVersion: $version }) { state } }' "$submission" |
  jq -r '"handed in: \(.submitSubmission.state)"'; do
  [ "$(code)" = CONFLICT ] || exit 1
  submission=$(ask 'query ($id: ID!) { node(id: $id) { ... on Submission { id version } } }' "$submission" | jq .node)
done

# 4. What happens, as it happens. The last position is kept, so that nothing is missed or comes twice, however often
# the connection breaks and whenever this is run again. Here it ends with the event of the submission itself.
finished="submission.submitted $(jq -r .id <<<"$submission")"
follow() {
  jq -n --argjson after "$(cat samsyn.position 2>/dev/null || echo 0)" '{
    query: "subscription ($after: Long) { events(after: $after) { position event { action subject { id } } } }",
    variables: {$after}}' |
    curl -sSN --fail --retry 5 "$SAMSYN_URL/stream" -H "Authorization: Bearer $SAMSYN_TOKEN" \
      -H 'Content-Type: application/json' -H 'Accept: text/event-stream' --data-binary @- |
    jq -nRr --unbuffered --arg finished "$finished" 'label $done | inputs | select(startswith("data: {"))[6:]
      | fromjson.data | values | .events | .position, "\(.event.action) \(.event.subject.id)"
      | ., if . == $finished then break $done else empty end' || [ $? != 22 ] || echo refused
}
while sleep 1; do
  while read -r position && [ "$position" != refused ] && read -r happened; do
    echo "$position $happened"
    echo "$position" >samsyn.position
    [ "$happened" != "$finished" ] || exit 0
  done < <(follow)
  [ "${position-}" != refused ] || exit 1
done
