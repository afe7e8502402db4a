# fish completion for domaincheck
# Written by python -m domaincheck.cli.manual: change the command line, not this file.

# Reads the words before the cursor, once for each state of the line: which command it is, and the options it has got.
function __domaincheck_read
    set -l words (commandline -opc)
    test "$words" = "$__domaincheck_words"; and return
    set -g __domaincheck_words $words
    set -g __domaincheck_path domaincheck
    set -g __domaincheck_used
    set -l waiting
    set -e words[1]
    for word in $words
        if test -n "$waiting"
            set -a __domaincheck_used $waiting
            set waiting
            continue
        end
        switch "$__domaincheck_path $word"
            case 'domaincheck check' \
                'domaincheck demo' \
                'domaincheck doctor' \
                'domaincheck subscribe' \
                'domaincheck unsubscribe' \
                'domaincheck run-scheduled' \
                'domaincheck schedule' \
                'domaincheck otp' \
                'domaincheck otp send' \
                'domaincheck subscriptions' \
                'domaincheck subscriptions list' \
                'domaincheck subscriptions import' \
                'domaincheck subscriptions export' \
                'domaincheck registries' \
                'domaincheck registries show' \
                'domaincheck registries refresh'
                set __domaincheck_path "$__domaincheck_path $word"
                set __domaincheck_used
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
                'domaincheck check --client-cert' \
                'domaincheck check --client-key' \
                'domaincheck check --resolve' \
                'domaincheck check --registry' \
                'domaincheck check --rdap-url' \
                'domaincheck check --whois-server' \
                'domaincheck demo --format' \
                'domaincheck doctor --mail' \
                'domaincheck subscribe --otp' \
                'domaincheck subscribe -t' \
                'domaincheck subscribe --threshold' \
                'domaincheck unsubscribe --otp' \
                'domaincheck otp send --operation' \
                'domaincheck subscriptions export --format' \
                'domaincheck subscriptions export -o' \
                'domaincheck subscriptions export --output' \
                'domaincheck registries refresh --url'
                set waiting $word
            case '*'
                set -a __domaincheck_used (string replace -r '^(--[^=]+)=.*|^(-[^-]).+' '$1$2' -- $word)
        end
    end
end

# Whether command $argv[1] is being completed, and has got none of the options $argv[2..].
function __domaincheck_wants
    __domaincheck_read
    test "$__domaincheck_path" = "$argv[1]"; or return
    for option in $argv[2..]
        contains -- $option $__domaincheck_used; and return 1
    end
    return 0
end

complete -c domaincheck -f

complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a check -d 'Check registration and TLS certificate of each target.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a demo -d 'Show what check finds, on servers of its own making; needs no network at all.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a doctor -d 'See whether everything is in place that a scheduled run needs, and say what to do where it is not.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a subscribe -d 'Ask for alerts about targets; takes effect once the one-time code is given.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a unsubscribe -d 'Remove some or all targets of an address; needs a code too.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a run-scheduled -d 'Check every verified subscription and mail what is due; silent when all is well.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a schedule -d 'Print a crontab line, or units for systemd, that check every day; install it yourself.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a otp -d 'Send one-time codes.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a subscriptions -d 'Show, import or export who is told about what.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -a registries -d 'Show which registry servers are asked; refresh the list of them.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck' --config" -l config -r -F -d 'Read settings from FILE, not from the usual place.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck' --store" -l store -r -F -d 'Keep subscriptions in FILE, which ends in .db or .toml.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck' -q --quiet" -s q -l quiet -d 'Show no progress.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck'" -s v -l verbose -d 'Say where facts came from; -vv: explain faults too.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck' -V --version" -s V -l version -d 'Show the version and exit.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck check'" -s f -l file -r -F -d 'Read targets from FILE too; - is standard input. Repeatable.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --tls --no-tls" -l tls -d 'Check the TLS certificate.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --tls --no-tls" -l no-tls -d 'The opposite of --tls.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --domain --no-domain" -l domain -d 'Check the domain\'s registration.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --domain --no-domain" -l no-domain -d 'The opposite of --domain.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' -t --threshold" -s t -l threshold -x -d 'Warn this long before an expiry: 30, 30d or 25% of the certificate\'s lifetime. Without it 30 days, or the last third of a shorter-lived certificate.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --critical" -l critical -x -d 'Call it critical this long before, within the warning window. Without it 7/30 of that window.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' -j --jobs" -s j -l jobs -x -d 'Probe N targets at once.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --timeout" -l timeout -x -d 'Time for one probe in all, name resolution and retries included.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --retries" -l retries -x -d 'Try again after a failure that may pass.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --format" -l format -x -a 'table plain json ndjson csv' -d 'Output format; table on a terminal, plain elsewhere.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --json" -l json -d 'Same as --format json.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' -o --output" -s o -l output -r -F -d 'Write to FILE, whole or not at all, instead of standard output.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --sort" -l sort -x -a 'input urgency' -d 'Order of the results: input or urgency.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --exit-zero" -l exit-zero -d 'Exit with 0 whatever the results say.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --progress --no-progress" -l progress -d 'Show a progress bar; by default on a terminal.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --progress --no-progress" -l no-progress -d 'The opposite of --progress.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --ca-file" -l ca-file -r -F -d 'Trust the CAs in this PEM file in place of the system\'s.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --servername" -l servername -x -d 'Send NAME as SNI, and expect the certificate to be for it.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' -4" -s 4 -d 'Use IPv4 only.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' -6" -s 6 -d 'Use IPv6 only.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --client-cert" -l client-cert -r -F -d 'Show this PEM certificate to servers that ask.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --client-key" -l client-key -r -F -d 'The key of --client-cert, if not in the same file.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check'" -l resolve -x -d 'Use these addresses for HOST and PORT, without asking the resolver. Repeatable.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --registry" -l registry -x -a 'auto rdap whois' -d 'Whom to ask about registrations: auto, rdap or whois.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --rdap-url" -l rdap-url -x -d 'Ask the RDAP server at URL about every domain.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --whois-server" -l whois-server -x -d 'Ask this WHOIS server about every domain.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --no-cache" -l no-cache -d 'Neither use nor keep registrations learned before.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' --refresh" -l refresh -d 'Ask the registries anew, and keep what they say in place of what was kept.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck check' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck demo' --format" -l format -x -a 'table plain json ndjson csv' -d 'Output format; table on a terminal, plain elsewhere.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck demo' --json" -l json -d 'Same as --format json.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck demo' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck doctor' --mail" -l mail -x -d 'Send a test mail to ADDRESS too.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck doctor' --json" -l json -d 'Print the findings as JSON.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck doctor' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscribe' --otp" -l otp -x -d 'The one-time code that was mailed to EMAIL.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscribe' -t --threshold" -s t -l threshold -x -d 'Tell this long before an expiry: 45, 45d or 25%.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscribe' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck unsubscribe' --otp" -l otp -x -d 'The one-time code that was mailed to EMAIL.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck unsubscribe' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck run-scheduled' --dry-run" -l dry-run -d 'Show what would be sent and to whom; change and send nothing.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck run-scheduled' --json" -l json -d 'Print the run\'s report as JSON.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck run-scheduled' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck schedule' --cron" -l cron -d 'Print a crontab line; the default.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck schedule' --systemd" -l systemd -d 'Print a service and a timer for systemd.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck schedule' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck otp'" -a send -d 'Send a code to an address.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck otp' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck otp send' --operation" -l operation -x -a 'subscribe unsubscribe' -d 'What the code is for: subscribe or unsubscribe.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck otp send' --force-new" -l force-new -d 'Send a new code even while an old one works.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck otp send' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions'" -a list -d 'Show each subscription: its address and target, whether mail may be sent for it, and since when.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions'" -a import -d 'Add the subscriptions that a list holds, all of them or, if a line can\'t be used, none.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions'" -a export -d 'Write all subscriptions as TOML, in which form a store may be kept, or as JSON.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions list' --json" -l json -d 'Print a JSON document.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions list' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions import' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions export' --format" -l format -x -a 'toml json' -d 'Write toml or json.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions export' -o --output" -s o -l output -r -F -d 'Write to FILE, whole or not at all.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck subscriptions export' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck registries'" -a show -d 'Show which servers would be asked about the domains of a TLD, in which order, and why.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck registries'" -a refresh -d 'Fetch IANA\'s list of RDAP servers; the old one is kept if the new one is not usable.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck registries' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck registries show' -h --help" -s h -l help -d 'Show this message and exit.'

complete -c domaincheck -n "__domaincheck_wants 'domaincheck registries refresh' --url" -l url -x -d 'Fetch the list from URL.'
complete -c domaincheck -n "__domaincheck_wants 'domaincheck registries refresh' -h --help" -s h -l help -d 'Show this message and exit.'
