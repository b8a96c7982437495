#!/bin/sh
# Imports tasks and their photos from a CSV file into a workspace, as a robot. Needs curl 7.66 or newer, awk, sed and cksum.
#
#     set -a; . ./nightly-backup.env; set +a
#     sh import_tasks.sh tasks.csv <id of a workspace>
#
# The file has a line of headings, then: title,description,labels,due_on,done,photos. Several labels or photos have semicolons
# between them; photos are files beside the CSV file. A cell may stand in quotes, but not go on in a second line.
# Run again within 24 hours, it goes on where it was interrupted: what is there already is not made twice.
# Lines that are refused are named on stderr, and the status is 1 then. The token is good for an hour: longer files in parts.
set -eu

file=$1 workspace=$2
api="$GATEHOUSE_BASE_URL/api/v1"
folder=$(dirname "$file")
lines=$(mktemp) answer=$(mktemp)
trap 'rm -f "$lines" "$answer"' EXIT

# The secret and the token go through a pipe: what stands in a command line, everybody on the machine can read.
token=$(printf 'user = "%s:%s"\n' "$GATEHOUSE_CLIENT_ID" "$GATEHOUSE_CLIENT_SECRET" |
    curl -sS --fail -K - -d grant_type=client_credentials "$GATEHOUSE_TOKEN_URL" |
    sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p')

# send <key> <curl's arguments…>: a POST whose answer is then in $answer; prints the status. Waits when it is told to.
send() {
    key=$1
    shift
    printf 'header = "Authorization: Bearer %s"\n' "$token" |
        curl -sS -K - --retry 8 -o "$answer" -w '%{http_code}' -H "Idempotency-Key: $key" "$@"
}

# Each line of the file becomes two: the task as JSON, and its photos.
awk '
function json(text,    told, n, one) {
    for (n = 1; n <= length(text); n++) {
        one = substr(text, n, 1)
        told = told (one == "\\" || one == "\"" ? "\\" one : one == "\t" ? "\\t" : one)
    }
    return "\"" told "\""
}
function list(text,    parts, count, told, n) {
    count = split(text, parts, ";")
    for (n = 1; n <= count; n++) {
        gsub(/^ +| +$/, "", parts[n])
        if (parts[n] != "") told = told (told == "" ? "" : ",") json(parts[n])
    }
    return "[" told "]"
}
{
    sub(/\r$/, "")
    rest = $0
    for (n = 1; n <= 6; n++) {
        if (rest ~ /^"/) {
            match(rest, /^"([^"]|"")*"/)
            cell[n] = substr(rest, 2, RLENGTH - 2)
            gsub(/""/, "\"", cell[n])
        } else {
            match(rest, /^[^,]*/)
            cell[n] = substr(rest, 1, RLENGTH)
        }
        rest = substr(rest, RLENGTH + 2)
    }
}
NR > 1 && $0 != "" {
    due = cell[4] == "" ? "null" : json(cell[4])
    done = tolower(cell[5]) ~ /^(yes|true|1)$/ ? "true" : "false"
    printf "{\"title\":%s,\"description\":%s,\"labels\":%s,\"due_on\":%s,\"done\":%s}\n", \
        json(cell[1]), json(cell[2]), list(cell[3]), due, done
    print cell[6]
}' "$file" >"$lines"

number=1 made=0 refused=0
while IFS= read -r task && IFS= read -r photos; do
    number=$((number + 1))
    key="$number-$(printf '%s' "$workspace$task" | cksum | tr ' ' -)"
    status=$(send "$key" -H "Content-Type: application/json" --data-binary "$task" "$api/workspaces/$workspace/tasks")
    if [ "$status" != 201 ]; then
        echo "line $number: $status $(cat "$answer")" >&2
        refused=$((refused + 1))
        continue
    fi
    made=$((made + 1))
    id=$(sed -n 's/.*"id": *"\([^"]*\)".*/\1/p' "$answer")
    printf '%s\n' "$photos" | tr ';' '\n' | sed 's/^ *//; s/ *$//; /^$/d' >"$answer.photos"
    while IFS= read -r photo; do
        key="$id-$(cksum <"$folder/$photo" | tr ' ' -)-$(printf '%s' "$photo" | cksum | tr ' ' -)"
        status=$(send "$key" -F "file=@$folder/$photo" "$api/tasks/$id/attachments")
        if [ "$status" != 201 ]; then
            echo "line $number, $photo: $status $(cat "$answer")" >&2
            refused=$((refused + 1))
        fi
    done <"$answer.photos"
    rm -f "$answer.photos"
done <"$lines"

echo "$made tasks are there."
[ "$refused" = 0 ]
