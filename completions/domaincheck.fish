# fish completion for domaincheck
# Written by python -m domaincheck.cli.manual: change the command line, not this file.

# From 3.6 on, fish asks the conditions of a line from the left until one fails, and equal ones only once at a TAB: so
# the first is to read the words. Before, it heeded the last one alone, which then has to read them itself.
string match -qr '^(2|3\.[0-5])\.' -- $version; and set -g __domaincheck_alone

# Reads the words before the cursor, once for each state of the line: which command it is, the options it has got, how
# many other words, and the last of these.
function __domaincheck_read
    set -l line (commandline -cp)
    test "$line" = "$__domaincheck_line"; and return
    set -g __domaincheck_line $line
    set -g __domaincheck_path domaincheck
    set -g __domaincheck_used
    set -g __domaincheck_count 0
    set -g __domaincheck_before
    set -l waiting
    set -l ended
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test -n "$waiting"
            set -a __domaincheck_used $waiting
            set waiting
            continue
        end
        test -n "$ended"; and string match -q -- '-*' $word; and set word operand
        switch "$__domaincheck_path $word"
            case 'domaincheck check' \
                'domaincheck demo' \
                'domaincheck doctor' \
                'domaincheck subscribe' \
                'domaincheck unsubscribe' \
                'domaincheck run-scheduled' \
                'domaincheck schedule' \
                'domaincheck history' \
                'domaincheck otp' \
                'domaincheck otp send' \
                'domaincheck subscriptions' \
                'domaincheck subscriptions list' \
                'domaincheck subscriptions import' \
                'domaincheck subscriptions export' \
                'domaincheck registries' \
                'domaincheck registries show' \
                'domaincheck registries refresh' \
                'domaincheck config' \
                'domaincheck config path' \
                'domaincheck config show' \
                'domaincheck config get' \
                'domaincheck config set' \
                'domaincheck config init' \
                'domaincheck telemetry' \
                'domaincheck telemetry status' \
                'domaincheck telemetry enable' \
                'domaincheck telemetry disable' \
                'domaincheck telemetry show' \
                'domaincheck telemetry events' \
                'domaincheck telemetry flush' \
                'domaincheck telemetry whois' \
                'domaincheck telemetry dashboard'
                set __domaincheck_path "$__domaincheck_path $word"
                set __domaincheck_used
                set ended
            case 'domaincheck --config' \
                'domaincheck --store' \
                'domaincheck check -f' \
                'domaincheck check --file' \
                'domaincheck check -t' \
                'domaincheck check --threshold' \
                'domaincheck check --critical' \
                'domaincheck check -j' \
                'domaincheck check --jobs' \
                'domaincheck check --timeout' \
                'domaincheck check --retries' \
                'domaincheck check --format' \
                'domaincheck check -o' \
                'domaincheck check --output' \
                'domaincheck check --sort' \
                'domaincheck check --ca-file' \
                'domaincheck check --servername' \
                'domaincheck check --starttls' \
                'domaincheck check --client-cert' \
                'domaincheck check --client-key' \
                'domaincheck check --password-file' \
                'domaincheck check --resolve' \
                'domaincheck check --registry' \
                'domaincheck check --rdap-url' \
                'domaincheck check --whois-server' \
                'domaincheck check --expect-issuer' \
                'domaincheck check --expect-key' \
                'domaincheck check --expect-registrar' \
                'domaincheck check --expect-ns' \
                'domaincheck demo --format' \
                'domaincheck doctor --mail' \
                'domaincheck subscribe --otp' \
                'domaincheck subscribe -t' \
                'domaincheck subscribe --threshold' \
                'domaincheck unsubscribe --otp' \
                'domaincheck history --since' \
                'domaincheck history --limit' \
                'domaincheck otp send --operation' \
                'domaincheck subscriptions export --format' \
                'domaincheck subscriptions export -o' \
                'domaincheck subscriptions export --output' \
                'domaincheck registries refresh --url'
                set waiting $word
            case '* --'
                set ended yes
            case '* -'
                set __domaincheck_count (math $__domaincheck_count + 1)
            case '* -*'
                set -a __domaincheck_used (string replace -r '^(--[^=]+)=.*|^(-[^-]).+' '$1$2' -- $word)
            case '*'
                set __domaincheck_count (math $__domaincheck_count + 1)
                set __domaincheck_before $word
                contains -- $__domaincheck_path 'domaincheck' 'domaincheck otp' 'domaincheck subscriptions' 'domaincheck registries' 'domaincheck config' 'domaincheck telemetry'; and set __domaincheck_path unknown
        end
    end
    return 0
end

# Whether command $argv[1] is being completed, and has got none of the options $argv[2..].
function __domaincheck_wants
    set -q __domaincheck_alone; and __domaincheck_read
    test "$__domaincheck_path" = "$argv[1]"; or return
    for option in $argv[2..]
        contains -- $option $__domaincheck_used; and return 1
    end
    return 0
end

# Whether command $argv[1] is being completed, though no option of it, behind $argv[2] words that are none either;
# $argv[3] tells if there may be more of them, or which is the last.
function __domaincheck_has
    set -q __domaincheck_alone; and __domaincheck_read
    test "$__domaincheck_path" = "$argv[1]"; or return
    string match -q -- '-*' (commandline -ct); and return 1
    switch "$argv[3]"
        case more
            test $__domaincheck_count -ge $argv[2]
        case ''
            test $__domaincheck_count -eq $argv[2]
        case '*'
            test $__domaincheck_count -eq $argv[2] -a "$__domaincheck_before" = $argv[3]
    end
end

# Offers what file $argv[1] holds, unless there is anything in it that a shell could act upon.
function __domaincheck_remembered
    set -l folders (string split -m 1 : -- "$STATE_DIRECTORY")[1]
    if test -z "$folders"
        set folders "$HOME/.local/state/domaincheck" "$HOME/Library/Application Support/domaincheck"
        string match -q '/*' -- "$XDG_STATE_HOME"; and set folders "$XDG_STATE_HOME/domaincheck"
    end
    for file in $folders/$argv[1]
        if test -f "$file" -a -r "$file"
            string match -r '^[A-Za-z0-9_][A-Za-z0-9._+@:/-]*$' <"$file"
            return
        end
    end
end

# Offers what is remembered, or files behind file:, which may stand between quotation marks.
function __domaincheck_targets
    set -l parts (string match -r '^(["\']?)file:(.*)' -- (commandline -ct))
    if test -z "$parts"
        __domaincheck_remembered targets.txt
        return
    end
    for path in (complete -C "'' $parts[2]$parts[3]")
        echo file:$path
    end
end

complete -c domaincheck -f

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a check -d 'Check registration and TLS certificate of each target.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a demo -d 'Show what check finds, on servers of its own making; needs no network at all.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a doctor -d 'See whether everything is in place that a scheduled run needs, and say what to do where it is not.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a subscribe -d 'Ask for alerts about targets; takes effect once the one-time code is given.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a unsubscribe -d 'Remove some or all targets of an address; needs a code too.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a run-scheduled -d 'Check every verified subscription and mail what is due; silent when all is well.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a schedule -d 'Print a crontab line, or units for systemd, for a run every day; nothing is installed.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a history -d 'Show what scheduled runs have found of a target: the trend of its days left, and what changed when.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a otp -d 'Send one-time codes.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a subscriptions -d 'Show, import or export who is told about what.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a registries -d 'Show which registry servers are asked; refresh the list of them.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a config -d 'Show the settings in force and where they come from; change the settings file.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -a telemetry -d 'Show what your own PostHog is told; switch that on or off.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -n "__domaincheck_wants 'domaincheck' --config" -l config -r -F -d 'Read settings from FILE, not from the usual place.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -n "__domaincheck_wants 'domaincheck' --store" -l store -r -F -d 'Keep subscriptions in FILE, which ends in .db or .toml.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -n "__domaincheck_wants 'domaincheck' -q --quiet" -s q -l quiet -d 'Show no progress.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -s v -l verbose -d 'Say where facts came from; -vv: explain faults too.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -n "__domaincheck_wants 'domaincheck' --no-telemetry" -l no-telemetry -d 'Keep and send no telemetry.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -n "__domaincheck_wants 'domaincheck' -V --version" -s V -l version -d 'Show the version and exit.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck'" -n "__domaincheck_wants 'domaincheck' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_has 'domaincheck check' 0 more" -a '(__domaincheck_targets)'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -s f -l file -r -F -d 'Read targets from FILE too: a list, or CSV with a header; - is standard input. Repeatable.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --tls --no-tls" -l tls -d 'Check the TLS certificate.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --tls --no-tls" -l no-tls -d 'The opposite of --tls.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --domain --no-domain" -l domain -d 'Check the domain\'s registration.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --domain --no-domain" -l no-domain -d 'The opposite of --domain.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' -t --threshold" -s t -l threshold -x -d 'Warn this long before an expiry: 30, 30d or 25% of the certificate\'s lifetime. Without it, 30 days, but never more than a third of that lifetime.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --critical" -l critical -x -d 'Call it critical this long before, within the warning window. Without it, the last 7/30 of that window.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' -j --jobs" -s j -l jobs -x -d 'Probe up to N targets at once.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --timeout" -l timeout -x -d 'Seconds that one probe may take in all, name resolution and retries included.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --retries" -l retries -x -d 'Try again up to N times after a failure that may pass.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --format" -l format -x -a 'table plain json ndjson csv nagios prometheus html ics' -d 'Output format: table, plain, json, ndjson, csv, nagios, prometheus, html or ics. Without it, table on a terminal and plain elsewhere.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --json" -l json -d 'Same as --format json.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' -o --output" -s o -l output -r -F -d 'Write to FILE, whole or not at all; - is standard output.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --sort" -l sort -x -a 'input urgency' -d 'Order of the results: input or urgency.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --group" -l group -d 'Show targets with one certificate and the same problems as one; table and plain only.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --exit-zero" -l exit-zero -d 'Exit with 0 whatever the results say; bad usage is 3 still.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --progress --no-progress" -l progress -d 'Show a progress bar; by default on a terminal.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --progress --no-progress" -l no-progress -d 'The opposite of --progress.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --ca-file" -l ca-file -r -F -d 'Trust the CAs in this PEM file in place of the system\'s.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --servername" -l servername -x -d 'Send NAME as SNI, and expect each certificate to be for it.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --starttls" -l starttls -x -a 'smtp lmtp imap pop3 sieve ftp ldap nntp irc xmpp xmpp-server postgres mysql mariadb rdp' -d 'Start TLS within PROTOCOL, as smtp or imap, on its port unless another is given, for targets without a scheme.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' -4" -s 4 -d 'Use IPv4 only.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' -6" -s 6 -d 'Use IPv6 only.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --all-addresses" -l all-addresses -d 'Check each address of a host, not just the first that answers.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --client-cert" -l client-cert -r -F -d 'Show this PEM certificate to servers that ask.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --client-key" -l client-key -r -F -d 'The key of --client-cert, if not in the same file.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --password-file" -l password-file -r -F -d 'Open an encrypted --client-key, and PKCS#12 files, with the first line of FILE.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --revocation --no-revocation" -l revocation -d 'Ask the issuers of the chain whether any of it has been revoked.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --revocation --no-revocation" -l no-revocation -d 'The opposite of --revocation.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -l resolve -x -d 'Use these addresses for HOST and PORT, without asking the resolver. Repeatable.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --registry" -l registry -x -a 'auto rdap whois' -d 'Whom to ask about registrations: auto, rdap or whois.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --rdap-url" -l rdap-url -x -d 'Ask the RDAP server at URL about every domain.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --whois-server" -l whois-server -x -d 'Ask this WHOIS server about every domain, on port 43 by default.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -l expect-issuer -x -d 'Complain unless the certificate\'s issuer has TEXT in its name, or matches it with * and ?. Repeatable: one will do.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -l expect-key -x -d 'Complain unless the certificate\'s key is of this kind (RSA 2048, ECDSA), or has this SHA-256 digest. Repeatable: one will do.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -l expect-registrar -x -d 'Complain unless the domain is with this registrar; TEXT is as for --expect-issuer. Repeatable: one will do.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -l expect-ns -x -d 'Complain unless this is the domain\'s only name server. Repeatable: unless these are all of them.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --no-cache" -l no-cache -d 'Neither use nor keep what is remembered: registrations and revocation lists.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' --refresh" -l refresh -d 'Ask registries and issuers anew, and remember what they say now.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck check'" -n "__domaincheck_wants 'domaincheck check' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck demo'" -n "__domaincheck_wants 'domaincheck demo' --format" -l format -x -a 'table plain json ndjson csv nagios prometheus html ics' -d 'Output format: table, plain, json, ndjson, csv, nagios, prometheus, html or ics. Without it, table on a terminal and plain elsewhere.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck demo'" -n "__domaincheck_wants 'domaincheck demo' --json" -l json -d 'Same as --format json.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck demo'" -n "__domaincheck_wants 'domaincheck demo' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck doctor'" -n "__domaincheck_wants 'domaincheck doctor' --mail" -l mail -x -a '(__domaincheck_remembered addresses.txt)' -d 'Send a test mail to ADDRESS too.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck doctor'" -n "__domaincheck_wants 'domaincheck doctor' --json" -l json -d 'Print the findings as JSON.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck doctor'" -n "__domaincheck_wants 'domaincheck doctor' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscribe'" -n "__domaincheck_has 'domaincheck subscribe' 0" -a '(__domaincheck_remembered addresses.txt)'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscribe'" -n "__domaincheck_has 'domaincheck subscribe' 1 more" -a '(__domaincheck_remembered targets.txt)'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscribe'" -n "__domaincheck_wants 'domaincheck subscribe' --otp" -l otp -x -d 'The one-time code that was mailed to EMAIL.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscribe'" -n "__domaincheck_wants 'domaincheck subscribe' -t --threshold" -s t -l threshold -x -d 'Tell this long before an expiry: 45, 45d or 25%.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscribe'" -n "__domaincheck_wants 'domaincheck subscribe' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck unsubscribe'" -n "__domaincheck_has 'domaincheck unsubscribe' 0" -a '(__domaincheck_remembered addresses.txt)'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck unsubscribe'" -n "__domaincheck_has 'domaincheck unsubscribe' 1 more" -a '(__domaincheck_remembered targets.txt)'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck unsubscribe'" -n "__domaincheck_wants 'domaincheck unsubscribe' --otp" -l otp -x -d 'The one-time code that was mailed to EMAIL.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck unsubscribe'" -n "__domaincheck_wants 'domaincheck unsubscribe' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck run-scheduled'" -n "__domaincheck_wants 'domaincheck run-scheduled' --dry-run" -l dry-run -d 'Show what would be sent and to whom; change and send nothing.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck run-scheduled'" -n "__domaincheck_wants 'domaincheck run-scheduled' --json" -l json -d 'Print the run\'s report as JSON.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck run-scheduled'" -n "__domaincheck_wants 'domaincheck run-scheduled' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck schedule'" -n "__domaincheck_wants 'domaincheck schedule' --cron" -l cron -d 'Print a crontab line; the default.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck schedule'" -n "__domaincheck_wants 'domaincheck schedule' --systemd" -l systemd -d 'Print a service and a timer for systemd.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck schedule'" -n "__domaincheck_wants 'domaincheck schedule' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck history'" -n "__domaincheck_has 'domaincheck history' 0" -a '(__domaincheck_remembered targets.txt)'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck history'" -n "__domaincheck_wants 'domaincheck history' --since" -l since -x -d 'Show the last so many days only.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck history'" -n "__domaincheck_wants 'domaincheck history' --limit" -l limit -x -d 'Show the newest N changes only.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck history'" -n "__domaincheck_wants 'domaincheck history' --json" -l json -d 'Print a JSON document.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck history'" -n "__domaincheck_wants 'domaincheck history' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck otp'" -a send -d 'Send a code to an address.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck otp'" -n "__domaincheck_wants 'domaincheck otp' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck otp send'" -n "__domaincheck_has 'domaincheck otp send' 0" -a '(__domaincheck_remembered addresses.txt)'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck otp send'" -n "__domaincheck_wants 'domaincheck otp send' --operation" -l operation -x -a 'subscribe unsubscribe' -d 'What the code is for: subscribe or unsubscribe.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck otp send'" -n "__domaincheck_wants 'domaincheck otp send' --force-new" -l force-new -d 'Send a new code even while an old one works.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck otp send'" -n "__domaincheck_wants 'domaincheck otp send' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions'" -a list -d 'Show each subscription: its address and target, whether mail may be sent for it, and since when.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions'" -a import -d 'Add the subscriptions that a list holds, all of them or, if one can\'t be used, none.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions'" -a export -d 'Write all subscriptions as TOML, in which form a store may be kept, or as JSON.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions'" -n "__domaincheck_wants 'domaincheck subscriptions' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions list'" -n "__domaincheck_wants 'domaincheck subscriptions list' --json" -l json -d 'Print a JSON document.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions list'" -n "__domaincheck_wants 'domaincheck subscriptions list' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions import'" -n "__domaincheck_has 'domaincheck subscriptions import' 0" -F
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions import'" -n "__domaincheck_wants 'domaincheck subscriptions import' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions export'" -n "__domaincheck_wants 'domaincheck subscriptions export' --format" -l format -x -a 'toml json' -d 'Write toml or json.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions export'" -n "__domaincheck_wants 'domaincheck subscriptions export' -o --output" -s o -l output -r -F -d 'Write to FILE, whole or not at all; - is standard output.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck subscriptions export'" -n "__domaincheck_wants 'domaincheck subscriptions export' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck registries'" -a show -d 'Show which servers would be asked about the domains of a TLD, in which order, and why.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck registries'" -a refresh -d 'Fetch IANA\'s list of RDAP servers; the old one is kept if the new one is not usable.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck registries'" -n "__domaincheck_wants 'domaincheck registries' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck registries show'" -n "__domaincheck_wants 'domaincheck registries show' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck registries refresh'" -n "__domaincheck_wants 'domaincheck registries refresh' --url" -l url -x -d 'Fetch the list from URL.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck registries refresh'" -n "__domaincheck_wants 'domaincheck registries refresh' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config'" -a path -d 'Print which settings file is read, whether or not it exists.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config'" -a show -d 'Show every setting with its value and where that comes from.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config'" -a get -d 'Print the value of a setting, and nothing else.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config'" -a set -d 'Set a setting in the settings file, whose comments and order stay as they are.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config'" -a init -d 'Write a settings file that has every setting in it, commented out, with its default and what it is for.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config'" -n "__domaincheck_wants 'domaincheck config' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config path'" -n "__domaincheck_wants 'domaincheck config path' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config show'" -n "__domaincheck_wants 'domaincheck config show' --changed" -l changed -d 'Leave out what is as it is by default.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config show'" -n "__domaincheck_wants 'domaincheck config show' --json" -l json -d 'Print a JSON document.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config show'" -n "__domaincheck_wants 'domaincheck config show' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config get'" -n "__domaincheck_has 'domaincheck config get' 0" -a 'check.threshold check.critical check.jobs check.timeout check.retries check.format tls.ca_file tls.weak registry.source registry.rdap_url registry.whois_server registry.rate registry.cache_days store.path smtp.host smtp.port smtp.security smtp.user smtp.password_file smtp.from smtp.ca_file smtp.timeout smtp.command alerts.windows alerts.unreachable_after telemetry.enabled telemetry.api_key telemetry.host telemetry.identity telemetry.domains history.keep_days'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config get'" -n "__domaincheck_wants 'domaincheck config get' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 0" -a 'check.threshold check.critical check.jobs check.timeout check.retries check.format tls.ca_file tls.weak registry.source registry.rdap_url registry.whois_server registry.rate registry.cache_days store.path smtp.host smtp.port smtp.security smtp.user smtp.password_file smtp.from smtp.ca_file smtp.timeout smtp.command alerts.windows alerts.unreachable_after telemetry.enabled telemetry.api_key telemetry.host telemetry.identity telemetry.domains history.keep_days'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 check.format" -a 'table plain json ndjson csv nagios prometheus html ics'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 tls.ca_file" -F
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 tls.weak" -a 'critical warning ignore'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 registry.source" -a 'auto rdap whois'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 store.path" -F
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 smtp.security" -a 'starttls tls none'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 smtp.password_file" -F
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 smtp.ca_file" -F
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 telemetry.enabled" -a 'true false'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 telemetry.identity" -a 'email hashed anonymous'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_has 'domaincheck config set' 1 telemetry.domains" -a 'full hashed count'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_wants 'domaincheck config set' --unset" -l unset -d 'Take KEY out of the file.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config set'" -n "__domaincheck_wants 'domaincheck config set' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config init'" -n "__domaincheck_wants 'domaincheck config init' --force" -l force -d 'Put it in the place of a file that is there.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config init'" -n "__domaincheck_wants 'domaincheck config init' --stdout" -l stdout -d 'Print it, and write no file.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck config init'" -n "__domaincheck_wants 'domaincheck config init' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry'" -a status -d 'Show whether telemetry is on and why, where it goes, and how the delivery is doing.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry'" -a enable -d 'Switch telemetry on in the settings file.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry'" -a disable -d 'Switch telemetry off in the settings file, and drop what has not been sent yet.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry'" -a show -d 'Print the events that have not been sent yet, a line of JSON each, as they will be.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry'" -a events -d 'Print every event there is, when it is sent, and its properties.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry'" -a flush -d 'Send now what has not been sent yet, and say what came of it.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry'" -a whois -d 'Print the hash by which events name an address while telemetry.identity is "hashed".'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry'" -a dashboard -d 'Create or update a dashboard in your PostHog project, and print its address.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry'" -n "__domaincheck_wants 'domaincheck telemetry' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry status'" -n "__domaincheck_wants 'domaincheck telemetry status' --json" -l json -d 'Print a JSON document.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry status'" -n "__domaincheck_wants 'domaincheck telemetry status' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry enable'" -n "__domaincheck_wants 'domaincheck telemetry enable' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry disable'" -n "__domaincheck_wants 'domaincheck telemetry disable' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry show'" -n "__domaincheck_wants 'domaincheck telemetry show' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry events'" -n "__domaincheck_wants 'domaincheck telemetry events' --json" -l json -d 'Print a JSON document.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry events'" -n "__domaincheck_wants 'domaincheck telemetry events' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry flush'" -n "__domaincheck_wants 'domaincheck telemetry flush' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry whois'" -n "__domaincheck_has 'domaincheck telemetry whois' 0" -a '(__domaincheck_remembered addresses.txt)'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry whois'" -n "__domaincheck_wants 'domaincheck telemetry whois' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry dashboard'" -n "__domaincheck_wants 'domaincheck telemetry dashboard' --dry-run" -l dry-run -d 'Only print what would be created or updated.'
complete -c domaincheck -n "__domaincheck_read" -n "__domaincheck_wants 'domaincheck telemetry dashboard'" -n "__domaincheck_wants 'domaincheck telemetry dashboard' -h --help" -s h -l help -d 'Show this message and exit.'
