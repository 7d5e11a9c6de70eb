/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl's commands, one row each, with what --help teaches about them.
 * It runs nothing. Read by ctl.c, ctl_args.c and ctl_help.c; conf/completion names the same commands.
 */
#include "ctl.h"

#define LOOKS "a login in shyraq_operator or shyraq_auditor"
#define ORDERS "a login in shyraq_operator"
#define SUPERVISES "a login in shyraq_supervisor"
#define OWNER "the login that owns the schema (shyraq_owner)"
#define RECEIVER_OPTIONS \
	"--name= --kind= --region= --lang= --number= --order= --vetted --sample"

const struct ctl_row ctl_rows[] = {
	{ "db", "migrate", "", "bring the schema and its grants up to date", "", 0, 0,
	    OWNER, ctl_db_migrate,
	    "Runs the steps of sql_dir that the database has not had, each in one\n"
	    "transaction, then sets the grants of all roles. Run it as often as you like.\n"
	    "A schema that is newer than this program is refused.\n" },
	{ "db", "status", "", "which schema steps are done", "", 0, 0, LOOKS,
	    ctl_db_status,
	    "One line a step of sql_dir. Ends with 1 while one is not done.\n" },
	{ "db", "test-clock", "", "test builds: let SQL's clock be moved", "", 0, 0,
	    OWNER, ctl_db_test_clock, "In test builds only.\n" },
	{ "keys", "init", "[--keyholder NAME]", "make the keys of a new site",
	    "--keyholder=", 0, 0, "to write keys_dir", ctl_keys_init,
	    "Makes keys_dir with the master key, its subkeys, log.key and the intake pair,\n"
	    "and a case worker's pair if asked. Refused when any key of a service is there,\n"
	    "also without master.key: a second master fits none of what was sealed.\n"
	    "Then move master.key off this machine, and give NAME.key to its owner.\n" },
	{ "keys", "remake", "[--master FILE]",
	    "make lost subkeys again, check the others", "--master=", 0, 0,
	    "to write keys_dir, and master.key", ctl_keys_remake,
	    "Every subkey that is here must have been made by this master, else nothing is\n"
	    "written; those that are missing are made again. log.key and the intake pair do\n"
	    "not come from the master: they are in your copy of keys_dir, or lost.\n"
	    "  shyraqctl keys remake --master /media/safe/master.key\n" },
	{ "keys", "retire", "NAME", "a key holder leaves: new words are not for that key",
	    "", 1, 1, SUPERVISES, ctl_keys_retire,
	    "Words that are sealed from now on (a worker's key in hand ends within ten\n"
	    "minutes) do not open for NAME; earlier ones do, as long as NAME keeps the key.\n"
	    "The last key holder cannot be retired. `keys status` shows who is.\n" },
	{ "keys", "status", "", "which key files are here, whether they fit; key holders",
	    "", 0, 0, "to read keys_dir", ctl_keys_status,
	    "Names, modes and fit, never a byte of a key. While master.key is here, every\n"
	    "subkey is checked against it. Below: who holds keys for words of people, and\n"
	    "who is retired, when the database is to be had (a login that may look).\n"
	    "Ends with 1 when something is wrong.\n" },
	{ "keyholder", "add", "--name NAME --public FILE",
	    "a case worker whose key may open words of people", "--name= --public=", 0, 0,
	    SUPERVISES, ctl_keyholder_add,
	    "From now on words of people are sealed to this key, too; earlier ones are not.\n"
	    "  shyraqctl keyholder add --name aigul --public keys/aigul.pub\n" },
	{ "receiver", "add",
	    "--name N --kind K --region R --lang L\n"
	    "      --number +7...|- [--order N] [--vetted] [--sample]",
	    "a shelter, NGO, operator ... and its phone", RECEIVER_OPTIONS, 0, 0, ORDERS,
	    ctl_receiver_add,
	    "The number leaves this program sealed to intake.pub; shyraq-dispatch stores it.\n"
	    "The same name again changes the receiver and adds a phone; a number that is\n"
	    "given again moves to the new receiver.\n"
	    "  --kind    shelter ngo police social embassy child legal health labour\n"
	    "            operator (asked when nobody else is left)\n"
	    "  --region  ISO 3166-2 codes or countries, closest first: \"KZ-47 KZ\"; * anywhere\n"
	    "  --lang    kk ru uz ky tg tk en\n"
	    "  --order   smaller is asked first among those equally close (0)\n"
	    "  --vetted  the organisation was checked; the shipped policy asks no other\n"
	    "  shyraqctl receiver add --name \"Shelter A\" --kind ngo --region \"KZ-47 KZ\" \\\n"
	    "      --lang ru --number +77022345678 --vetted\n"
	    "A number on the command line stays in the shell's history: with --number - it\n"
	    "is read from standard input, and import has none.\n" },
	{ "receiver", "import", "FILE.csv [--yes]", "many receivers from a CSV file",
	    "--yes", 1, 1, ORDERS, ctl_receiver_import,
	    "Without --yes it only reads: every row is checked, mistakes are told by line,\n"
	    "and nothing is written. With --yes all rows are stored, or none.\n"
	    "The first line names the columns, in any order, parted by , or ; :\n"
	    "  name,kind,regions,lang,number,order,vetted\n"
	    "  Shelter A,ngo,KZ-47 KZ,ru,+77022345678,0,yes\n"
	    "order and vetted may be left out. Two phones of one receiver are two rows.\n"
	    "From a spreadsheet: set the number's column to text, save as CSV UTF-8.\n" },
	{ "receiver", "list", "", "receivers, without numbers", "", 0, 0, LOOKS,
	    ctl_receiver_list,
	    "\"phones\" says how many of its phones are in use. Below the table: the ids of\n"
	    "the phones where there are several, in the order in which they were added, and\n"
	    "those that are suspended alone.\n" },
	{ "receiver", "suspend", "NAME [--contact ID | --contact -]",
	    "a lost phone, a receiver that left", "--contact=", 1, 1, ORDERS,
	    ctl_receiver_suspend,
	    "Its phones prove nothing any more, it gets no texts, and cases that waited for\n"
	    "its answer go to the next receiver at once. A case that it has taken becomes a\n"
	    "task. `receiver resume NAME` takes it back.\n"
	    "  --contact ID  one phone alone, by its id in `receiver list`: its codes are dead\n"
	    "                for ever; what no other phone of the receiver was asked about\n"
	    "                goes to the next receiver; a task is left\n"
	    "  --contact -   the same; the phone's number is read from standard input\n"
	    "  shyraqctl receiver suspend \"Shelter A\" --contact 12\n" },
	{ "receiver", "resume", "NAME [--contact ID | --contact -]",
	    "a suspended receiver is asked again", "--contact=", 1, 1, ORDERS,
	    ctl_receiver_resume,
	    "With all its phones but those that were suspended alone; --contact brings back\n"
	    "one of them.\n" },
	{ "queue", "retry", "ID", "send a failed text, or read a refused message, again",
	    "", 1, 1, ORDERS, ctl_queue_retry,
	    "A text to a receiver that failed or was refused becomes due at once. A text to\n"
	    "a person never goes again: they may not be alone any more (S1).\n"
	    "A refused message is read again as if it came now; nothing is answered.\n"
	    "Ids stand in `queue --failed` and `queue --refused`.\n" },
	{ "queue", "", "[--failed | --refused | --put-aside]",
	    "texts to send by state; or what did not go",
	    "--failed --refused --put-aside --aside", 0, 0, LOOKS, ctl_queue,
	    "Without an option: how many texts to be sent are in each state.\n"
	    "  --failed     texts that did not go: to receivers by name, to persons without\n"
	    "  --refused    messages that the service could not take (`queue retry ID`)\n"
	    "  --put-aside  messages with no readable words or no number: only shown\n"
	    "The last 200 of each. No number and no word is ever shown.\n" },
	{ "case", "list", "", "the last 200 cases: codes only", "", 0, 0, LOOKS,
	    ctl_case_list,
	    "\"number\" is what receivers see, and what `case show` takes.\n" },
	{ "case", "show", "NUMBER", "one case: answers, consents, referrals, tasks", "",
	    1, 1, LOOKS, ctl_case_show,
	    "NUMBER as receivers see it (317 or №317). Coded answers, states and times; no\n"
	    "words of the person, no number.\n" },
	{ "case", "hold", "NUMBER --reason TEXT", "a case that must not be erased by age",
	    "--reason=", 1, 1, SUPERVISES, ctl_case_hold,
	    "A court, an inspection, a complaint. Everything of the case stays until\n"
	    "`case release`. The reason is read by colleagues: no name of a person in it.\n"
	    "  shyraqctl case hold 317 --reason \"court order 12/26\"\n" },
	{ "case", "release", "NUMBER", "a held case may be erased again", "", 1, 1,
	    SUPERVISES, ctl_case_release,
	    "If its time is over already, within the hour.\n" },
	{ "case", "holds", "", "which cases are held, by whom, why, since when", "", 0, 0,
	    LOOKS, ctl_case_holds, "One row a held case.\n" },
	{ "job", "list", "[--open]", "offers of work that people asked about", "--open",
	    0, 0, LOOKS, ctl_job_list,
	    "The last 200, or those alone that wait for an answer: id, age, language,\n"
	    "country, and what the person said of three risks (passport kept, debt, ticket\n"
	    "paid by them). No number, and no words: the company's name is sealed to the\n"
	    "case workers' keys.\n" },
	{ "job", "answer", "ID [--text TEXT]", "a human's answer to one of them",
	    "--text=", 1, 1, ORDERS, ctl_job_answer,
	    "At most 60 characters, in the language of `job list`, in words that may be read\n"
	    "by anybody who holds that phone. The day is put beside it. It is kept sealed and\n"
	    "sent to nobody: the person fetches it by ? or a dial; a safe time of theirs may\n"
	    "knock. Refused: that an offer is safe, in any language (nobody here can know);\n"
	    "words of conf/po/ban.*; numbers. Without --text it is read from standard input.\n"
	    "  echo \"фирмы нет в реестре, не платите\" | shyraqctl job answer 7012\n" },
	{ "audit", "verify", "[--head N:HASH]", "check the whole chain over the audit",
	    "--head=", 0, 0, "a login in shyraq_supervisor or shyraq_auditor",
	    ctl_audit_verify,
	    "Every row of the audit is hashed with the one before it. This walks all of\n"
	    "them, names the first that was changed, is gone or was never chained, and\n"
	    "prints the head. Keep heads elsewhere: --head N:HASH proves that the chain\n"
	    "still goes through one that you were told before.\n" },
	{ "task", "list", "", "what waits for a person", "", 0, 0, LOOKS, ctl_task_list,
	    "The oldest 200 open tasks.\n" },
	{ "task", "done", "ID", "a task that a person has seen to", "", 1, 1, ORDERS,
	    ctl_task_done, "It leaves the list; who said so is written to the audit.\n" },
	{ "modem", "list", "", "links: state, signal, texts, SIM slots", "", 0, 0, LOOKS,
	    ctl_modem_list, "As their daemons last told it.\n" },
	{ "modem", "ussd", "NAME CODE", "dial a code (balance) and show the answer", "",
	    2, 2, ORDERS, ctl_modem_ussd,
	    "Digits, * # and + only. The network may take half a minute.\n"
	    "  shyraqctl modem ussd m1 '*100#'\n" },
	{ "modem", "drain", "NAME [--off]",
	    "no new texts over this link; reading goes on", "--off", 1, 1, ORDERS,
	    ctl_modem_drain,
	    "Before a SIM or a modem is taken out. --off lets it send again.\n" },
	{ "pause", "", "all | CLASS | LINK [CLASS]", "hold texts to be sent, at once", "",
	    1, 2, ORDERS, ctl_pause,
	    "CLASS is ussd, danger, referral, reply, info or campaign. What is held is sent\n"
	    "after `resume`; what dies of age meanwhile (answers to persons) dies. Messages\n"
	    "that come in are taken as ever. It stands through restarts.\n"
	    "  shyraqctl pause campaign\n"
	    "  shyraqctl pause m1\n" },
	{ "resume", "", "all | CLASS | LINK [CLASS]", "send again", "", 1, 2, ORDERS,
	    ctl_resume,
	    "Takes back what `pause` said in the same words; `resume all` takes back all.\n"
	    "What still stands is told.\n" },
	{ "flow", "check", "[DIR] [--lang L] [--flow NAME] [--production]",
	    "prove flows, words, places and texts", "--lang= --flow= --production", 0, 1,
	    CTL_NO_DATABASE, ctl_flow_check,
	    "Reads DIR (or conf_dir) as a worker would. The first mistake is told with file,\n"
	    "line and name. Then a table of all screens: what each text costs when it is as\n"
	    "long as it can be, how many of 182 or 80 characters its USSD screen has, and\n"
	    "which texts no native speaker has signed. --lang shows one language in full,\n"
	    "--flow one flow. --production refuses unsigned texts on consent, danger, stop,\n"
	    "and the first reply. Ends with 1 when anything is wrong.\n" },
	{ "flow", "graph", "FLOW [--lang L] [--conf DIR] [--dot]", "a flow as a drawing",
	    "--lang= --conf= --dot", 1, 1, CTL_NO_DATABASE, ctl_flow_graph,
	    "SVG on stdout, drawn by Graphviz (Debian: graphviz). --dot prints what Graphviz\n"
	    "is given. Questions stand in the language asked for (ru).\n"
	    "  shyraqctl flow graph help --lang kk > help.svg\n" },
	{ "flow", "try", "[FLOW] [--lang L] [--ussd] [--at 02:11] [--country KZ]",
	    "have a conversation in the terminal",
	    "--lang= --ussd --at= --country= --conf=", 0, 1, CTL_NO_DATABASE,
	    ctl_flow_try,
	    "No modem, no database: what you type is the person's text or key. Each answer is\n"
	    "shown with its size and what it would do. FLOW is opened at once; without it\n"
	    "the first words decide. --lang is the person's language; without it it is found\n"
	    "out. :+16m moves the clock, :? names the rest, :quit ends. Reads a script when\n"
	    "stdin is no terminal.\n" },
	{ "flow", "sheet",
	    "--lang L [--html FILE] [--csv FILE] [--conf DIR]\n"
	    "   or: --lang L --import FILE [--sign \"AB; Org; 2026-12-01; 1\"] [--conf DIR]",
	    "texts for a translator, and back",
	    "--lang= --html= --csv= --import= --sign= --conf=", 0, 0, CTL_NO_DATABASE,
	    ctl_flow_sheet,
	    "Every text of a language: English, cover and plain side by side, where it is\n"
	    "shown, how long it may be. The HTML counts while one types, and gives a CSV.\n"
	    "--import takes a CSV back (columns key, register, text, and sign): what does not\n"
	    "fit is told by line, and nothing is written; what changed loses its signature.\n"
	    "--sign signs the rows that have a mark in the column sign: initials,\n"
	    "organisation, date, number of the wording.\n" },
	{ "place", "try", "WORDS [--lang L] [--country KZ] [--conf DIR]",
	    "what a person's words about a place are taken for",
	    "--lang= --country= --conf=", 1, 1, CTL_NO_DATABASE, ctl_place_try,
	    "Which places are found and how, their region, and what would be said next.\n"
	    "--country is where the number is from: what lies elsewhere is marked.\n"
	    "  shyraqctl place try \"жетибай\"\n" },
	{ "policy", "check", "[DIR]", "prove that every case ends with somebody", "", 0,
	    1, CTL_NO_DATABASE, ctl_policy_check,
	    "Every region, class, answer, consent and hour: ends at a receiver, an operator\n"
	    "or a supervisor, police and embassies by a yes alone, clocks in order, a text\n"
	    "for every state in every language. Some seconds. shyraq-policy(5) has the files.\n"
	    "  shyraqctl policy check conf\n" },
	{ "policy", "try",
	    "[--region KZ-47] [--class C] [--who W] [--at 02:11]\n"
	    "      [--ngo|--police|--embassy yes|no|none] [--takes MIN] [--home KZ]\n"
	    "      [--lang L] [--child] [--what|--need|--about|--complaint CODE] [--conf DIR]",
	    "who would be asked about a case, and when",
	    "--region= --class= --who= --at= --ngo= --police= --embassy= --takes= --home= "
	    "--lang= --child --what= --need= --about= --complaint= --conf=",
	    0, 0, CTL_NO_DATABASE, ctl_policy_try,
	    "A timeline with invented receivers, two of a kind, who are all silent; with\n"
	    "--takes the first takes it so many minutes after being asked. --ngo is yes\n"
	    "unless you say otherwise. --home is the country of the person's number.\n"
	    "  shyraqctl policy try --region KZ-47 --class danger --who woman --at 02:11\n" },
	{ "status", "", "", "everything on one screen", "", 0, 0, LOOKS, ctl_status,
	    "Ends with 0: all is well; 1: something needs a person, named on the screen;\n"
	    "2: the database is not to be had. For a script: shyraqctl --json status\n" },
};

const size_t ctl_rows_n = ARRAY_LEN(ctl_rows);
