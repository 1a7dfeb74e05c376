# shellcheck shell=bash disable=SC2034,SC2154
# What `backup` and `restore` share: where the records and the files of a service are, and how they are reached.
# Everything comes from the environment, in the variables of the service itself; samsyn.toml is not read.

set -euo pipefail
export LC_ALL=C
umask 077

die() { printf 'error: %s\nhint: %s\n' "$1" "$2" >&2 && exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
needs() { has "$1" || die "$1 is missing" "install it: apt-get install $2, or the like"; }

# A text with its %XX made into characters.
decoded() {
    local text=${1//\\/\\\\}
    printf '%b' "${text//%/\\x}"
}

data=${SAMSYN_DATA:-samsyn-data}
database=${SAMSYN_DATABASE__URL:-sqlite://$data/samsyn.sqlite}
evidence=${SAMSYN_EVIDENCE__URL:-file:$data/evidence}

case $database in
    sqlite://*)
        engine=sqlite
        sqlite=${database#sqlite://}
        sqlite=$(decoded "${sqlite%%\?*}")
        needs sqlite3 sqlite3
        ;;
    postgres://* | postgresql://*)
        engine=postgres
        admin=${BACKUP_DATABASE:-}
        [ -n "$admin" ] || die "BACKUP_DATABASE is not set" "it is the URL of the database for $who"
        # In the environment, where other users of the machine do not see it.
        if [[ $admin =~ ^([a-z]+://[^:@/]*):([^@/]*)@(.*)$ ]]; then
            PGPASSWORD=$(decoded "${BASH_REMATCH[2]}")
            export PGPASSWORD
            admin=${BASH_REMATCH[1]}@${BASH_REMATCH[3]}
        fi
        needs psql postgresql-client
        ;;
    *) die "SAMSYN_DATABASE__URL names no database" "it is sqlite://FILE or postgres://USER@HOST/DATABASE" ;;
esac

case $evidence in
    file:///*) store=folder folder=$(decoded "${evidence#file://}") ;;
    file:*) store=folder folder=${evidence#file:} ;;
    s3://*)
        store=bucket
        needs rclone rclone
        # No file of settings: `store:` is described by these.
        export RCLONE_CONFIG="" RCLONE_CONFIG_STORE_TYPE=s3 RCLONE_CONFIG_STORE_NO_CHECK_BUCKET=true
        export RCLONE_CONFIG_STORE_ACCESS_KEY_ID=${SAMSYN_EVIDENCE__ACCESS_KEY:-}
        export RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY=${SAMSYN_EVIDENCE__SECRET_KEY:-}
        export RCLONE_CONFIG_STORE_REGION=${SAMSYN_EVIDENCE__REGION:-us-east-1}
        if [ -n "${SAMSYN_EVIDENCE__ENDPOINT:-}" ]; then
            export RCLONE_CONFIG_STORE_PROVIDER=Other RCLONE_CONFIG_STORE_ENDPOINT=$SAMSYN_EVIDENCE__ENDPOINT
        else
            export RCLONE_CONFIG_STORE_PROVIDER=AWS
        fi
        # Which rclone stumbles over; authorities of one's own go into RCLONE_CA_CERT.
        unset AWS_CA_BUNDLE
        bucket=store:${evidence#s3://}
        ;;
    *) die "SAMSYN_EVIDENCE__URL names no store that can be copied" "it is file:FOLDER or s3://BUCKET[/PREFIX]" ;;
esac

# The whole files in a folder of evidence, as OWNER/SHA-256. Uploads under way are none of them.
files_in() {
    [ ! -d "$1" ] || find "$1" -regextype posix-extended -type f \
        -regex '.*/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{64}' -printf '%P\n'
}

# Copies to a folder the files of another that it does not have yet, each whole or not at all.
copy_files() {
    local path
    files_in "$1" | while IFS= read -r path; do
        [ ! -e "$2/$path" ] || continue
        mkdir -p "$2/${path%/*}"
        cp -- "$1/$path" "$2/.part"
        mv -- "$2/.part" "$2/$path"
    done
}
