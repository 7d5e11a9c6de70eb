/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl's commands, one row each, with what --help teaches about them.
 * It runs nothing. Read by ctl.c, ctl_args.c and ctl_help.c; conf/completion names the same commands.
 */
#include "ctl.h"

#define LOOKS "a login in shyraq_operator or shyraq_auditor"
#define ORDERS "a login in shyraq_operator"
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
	    "and a case worker's pair if asked. Nothing that is there is overwritten.\n"
	    "Then move master.key off this machine, and give NAME.key to its owner.\n" },
	{ "keys", "status", "", "which key files are here, and whether they fit", "", 0,
	    0, "to read keys_dir", ctl_keys_status,
	    "Names, modes and fit, never a byte of a key. While master.key is here, every\n"
	    "subkey is checked against it. Ends with 1 when something is wrong.\n" },
	{ "keyholder", "add", "--name NAME --public FILE",
	    "a case worker whose key may open words of people", "--name= --public=", 0, 0,
	    "a login in shyraq_supervisor", ctl_keyholder_add,
	    "From now on words of people are sealed to this key, too; earlier ones are not.\n"
	    "  shyraqctl keyholder add --name aigul --public keys/aigul.pub\n" },
	{ "receiver", "add",
	    "--name N --kind K --region R --lang L\n"
	    "      --number +7... [--order N] [--vetted] [--sample]",
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
	    "A number on the command line stays in the shell's history: import has none.\n" },
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
	    ctl_receiver_list, "\"phones\" says how many of its phones are in use.\n" },
	{ "receiver", "suspend", "NAME", "a lost phone, a receiver that left", "", 1, 1,
	    ORDERS, ctl_receiver_suspend,
	    "Its phones prove nothing any more, it gets no texts, and cases that waited for\n"
	    "its answer go to the next receiver at once. A case that it has taken becomes a\n"
	    "task. `receiver resume NAME` takes it back.\n" },
	{ "receiver", "resume", "NAME", "a suspended receiver is asked again", "", 1, 1,
	    ORDERS, ctl_receiver_resume, "With all its phones.\n" },
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
	{ "flow", "check", "[DIR]", "prove flows, words, places and texts", "", 0, 1,
	    "no database", ctl_flow_check,
	    "Reads DIR (or conf_dir) as a worker would. The first mistake is told with file,\n"
	    "line and name.\n" },
	{ "status", "", "", "everything on one screen", "", 0, 0, LOOKS, ctl_status,
	    "Ends with 0: all is well; 1: something needs a person, named on the screen;\n"
	    "2: the database is not to be had. For a script: shyraqctl --json status\n" },
};

const size_t ctl_rows_n = ARRAY_LEN(ctl_rows);
