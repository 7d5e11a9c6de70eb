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
#define RECEIVER_OPTIONS                                                                  \
	"--name= --kind= --region= --lang= --number= --order= --vetted --sample "         \
	"--group= --langs= --takes= --services= --of= --hours= --beds= --role= --shift= " \
	"--until="

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
	{ "keyholder", "add", "--name NAME --public FILE [--of LOGIN]",
	    "a case worker whose key may open words of people",
	    "--name= --public= --of=", 0, 0, SUPERVISES, ctl_keyholder_add,
	    "From now on words of people are sealed to this key, too; earlier ones are not.\n"
	    "NAME is their login, or --of says it: a rota counts case workers with a key.\n"
	    "  shyraqctl keyholder add --name aigul --public keys/aigul.pub\n" },
	{ "receiver", "add",
	    "--name N --kind K --region R --lang L\n"
	    "      --number +7...|- [--order N] [--vetted] [--sample] [--group G]\n"
	    "      [--langs L] [--takes W] [--services N] [--of C] [--hours H] [--beds N]\n"
	    "      [--role R] [--shift S] [--until D]",
	    "a shelter, NGO, operator ... and its phone", RECEIVER_OPTIONS, 0, 0, ORDERS,
	    ctl_receiver_add,
	    "The number leaves this program sealed to intake.pub; shyraq-dispatch stores it.\n"
	    "The same name again changes what is given and adds a phone; a number that is\n"
	    "given again moves to the new receiver.\n"
	    "  --kind    shelter ngo police social embassy child legal health labour\n"
	    "            operator (asked when nobody else is left)\n"
	    "  --region  ISO 3166-2 codes or countries, closest first: \"KZ-47 KZ\"; * anywhere\n"
	    "  --lang    kk ru uz ky tg tk en\n"
	    "  --order   smaller is asked first among those equally close (0)\n"
	    "  --vetted  the organisation was checked; the shipped policy asks no other\n"
	    "  --sample  invented: never asked in production\n"
	    "The others are columns of `receiver import`, which says what they are.\n"
	    "  shyraqctl receiver add --name \"Shelter A\" --kind ngo --region \"KZ-47 KZ\" \\\n"
	    "      --lang ru --number +77022345678 --vetted\n"
	    "A number on the command line stays in the shell's history: with --number - it\n"
	    "is read from standard input, and import has none.\n" },
	{ "receiver", "import", "FILE.csv [--yes]", "many receivers from a CSV file",
	    "--yes", 1, 1, ORDERS, ctl_receiver_import,
	    "Without --yes it only reads: every row is checked, mistakes are told by line,\n"
	    "then who is new and what changes; nothing is written. With --yes all rows are\n"
	    "stored, or none.\n"
	    "The first line names the columns, in any order, parted by , or ; :\n"
	    "  name,kind,regions,lang,number,order,vetted\n"
	    "  Shelter A,ngo,KZ-47 KZ,ru,+77022345678,0,yes\n"
	    "All from order on may be left out; a column that is not there changes nothing.\n"
	    "  order vetted  as in `receiver add`\n"
	    "  group     receivers of one name here are a mobile group: ngo, social, police\n"
	    "  langs     that it speaks: \"kk ru\"\n"
	    "  takes     man woman woman_children child; empty: all\n"
	    "  services  bed doctor advice papers way wages; and what follows on a case:\n"
	    "            long_stay legal_status safe_return rehabilitation\n"
	    "  of        an embassy's country: UZ\n"
	    "  hours     09:00-18:00 mon-fri; several parted by ; ; empty: round the clock\n"
	    "  beds      places free today\n"
	    "  role      of the phone: head, duty\n"
	    "  shift     of the phone: 20:00-08:00 mon-sun; empty: always\n"
	    "  sample    yes: invented, refused where conf/service.conf says production\n"
	    "  until     asked until the end of that day alone: 2026-12-31; empty: for good\n"
	    "Two phones of one receiver are two rows; only number, role, shift differ.\n"
	    "From a spreadsheet: set the number's column to text, save as CSV UTF-8.\n" },
	{ "receiver", "list", "", "receivers, without numbers", "", 0, 0, LOOKS,
	    ctl_receiver_list,
	    "\"phones\" says how many of its phones are in use, \"beds\" what was told within\n"
	    "a day (- not known). Below the table: the ids of the phones where there are\n"
	    "several, in the order in which they were added, and those that are suspended\n"
	    "alone; who is asked for a time alone, until when, and whether that is over.\n" },
	{ "receiver", "show", "NAME", "all that is known of one", "", 1, 1, LOOKS,
	    ctl_receiver_show,
	    "With its phones by id: role, shift, whether they are on shift now; no number.\n" },
	{ "receiver", "set", "NAME KEY=VALUE ... [--contact ID]",
	    "change what is known of one", "--contact=", 2, CTL_WORDS, ORDERS,
	    ctl_receiver_set,
	    "KEY is a column of `receiver import` but name and number, or away: 3d, 12h,\n"
	    "90min, no. An empty VALUE is what it is by default. role and shift are of one\n"
	    "phone: --contact, its id in `receiver show`. until=2026-12-31 or, with a zone,\n"
	    "until=\"2026-12-31 18:00+05\": nobody asks it after that; until=no: for good.\n"
	    "  shyraqctl receiver set \"Shelter A\" beds=3 hours=\"09:00-18:00 mon-fri\"\n"
	    "  shyraqctl receiver set \"Shelter A\" away=3d\n"
	    "  shyraqctl receiver set \"Shelter A\" shift=20:00-08:00 --contact 12\n" },
	{ "receiver", "export", "", "the registry as CSV, without numbers", "", 0, 0,
	    LOOKS, ctl_receiver_export,
	    "A row a phone, in columns that `receiver import` takes; the column number is\n"
	    "empty, for nobody at a console can open it.\n" },
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
	{ "queue", "", "[--failed | --refused | --put-aside | --aside]",
	    "texts to send by state; or what did not go",
	    "--failed --refused --put-aside --aside", 0, 0, LOOKS, ctl_queue,
	    "Without an option: how many texts to be sent are in each state.\n"
	    "  --failed     texts that did not go: to receivers by name, to persons without\n"
	    "  --refused    messages that the service could not take (`queue retry ID`)\n"
	    "  --put-aside  messages with no readable words or no number: only shown\n"
	    "  --aside      those that were refused and those put aside\n"
	    "The last 200 of each. No number and no word is ever shown.\n" },
	{ "case", "list", "", "the last 200 cases: codes only", "", 0, 0, LOOKS,
	    ctl_case_list,
	    "\"number\" is what receivers see, and what `case show` takes. \"late\": so long\n"
	    "ago their last text was read too late to be answered; they were not.\n" },
	{ "case", "show", "NUMBER", "one case: answers, consents, referrals, tasks", "",
	    1, 1, LOOKS, ctl_case_show,
	    "NUMBER as receivers see it (317 or №317), or case=2001 as a line of a log has\n"
	    "it. Coded answers, states and times, in UTC (Z); no words of the person, no\n"
	    "number. \"late\": their last text was read too late to be answered. A child's\n"
	    "case is restricted (`child grant`).\n" },
	{ "case", "read", "NUMBER [--key FILE]",
	    "a person's own words, with your own key", "--key=", 1, 1,
	    "a login in shyraq_caseworker, and your own key", ctl_case_read,
	    "On a case worker's own machine, on a terminal alone: the words are opened here\n"
	    "with your key (keys_dir/LOGIN.key, or --key), and the audit says who asked.\n"
	    "What was sealed before your key was added does not open.\n"
	    "  shyraqctl --login aigul case read 317 --key ~/aigul.key\n" },
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
	{ "case", "close", "NUMBER --outcome CODE [--reason TEXT]", "a case at its end",
	    "--outcome= --reason=", 1, 1, ORDERS, ctl_case_close,
	    "CODE of `case outcomes`. Who was asked and has not answered stands down; the\n"
	    "place and waiting words are wiped. The person is told nothing: ? says it.\n"
	    "  shyraqctl case close 317 --outcome prank\n" },
	{ "case", "reopen", "NUMBER --reason TEXT", "a closed case is open again",
	    "--reason=", 1, 1, ORDERS, ctl_case_reopen,
	    "With who had it, where they still may; else it is asked for anew. Its history\n"
	    "stays as it is. The place is gone: it has to be asked for again.\n" },
	{ "case", "link", "NUMBER TO", "two cases that are one", "", 2, 2, ORDERS,
	    ctl_case_link,
	    "NUMBER goes along with TO: receivers hear of one, with how many people there\n"
	    "are in both; who was asked about NUMBER hears which case it is.\n" },
	{ "case", "unlink", "NUMBER", "on its own again", "", 1, 1, ORDERS,
	    ctl_case_unlink, "Its ladder begins.\n" },
	{ "case", "links", "NUMBER", "cases that are one with it, or may be", "", 1, 1,
	    LOOKS, ctl_case_links,
	    "Those that are linked, and those that tell of the same place within a day.\n" },
	{ "case", "assert", "NUMBER WHAT CODE [--reason TEXT]",
	    "what an organisation says of it", "--reason=", 3, 3, ORDERS, ctl_case_assert,
	    "WHAT legal: reported registered no_evidence reclassified court sentence\n"
	    "acquitted; identified or not_identified, by whom: Police NGO CourtOrProsecution\n"
	    "NonPoliceGovernmentalOrganization Other; service, what followed on: long_stay\n"
	    "legal_status safe_return rehabilitation. None overwrites one before. Of a case\n"
	    "that was erased: `case law CODE --erased`.\n"
	    "  shyraqctl case assert 317 legal registered\n" },
	{ "case", "history", "NUMBER", "all that was said of it, by whom, when", "", 1, 1,
	    LOOKS, ctl_case_history,
	    "Outcomes, closings, openings, links, assertions.\n" },
	{ "case", "confirm", "NUMBER [--no] [--reason TEXT]",
	    "an acceptance from a phone that sent wrong codes", "--no --reason=", 1, 1,
	    ORDERS, ctl_case_confirm,
	    "Call the receiver first, on a number that you know. Confirmed, the case is\n"
	    "theirs and the ladder stops; --no asks others at once.\n" },
	{ "case", "police", "NUMBER --reason TEXT [--no]",
	    "let police know without the person's yes: two supervisors",
	    "--no --reason=", 1, 1, SUPERVISES, ctl_case_police,
	    "Only where life is in danger, or of a child, and where the first reply stated\n"
	    "that to the person: the exceptions of shyraq-policy(5) that the countries of\n"
	    "their number and of the place both have. At the second supervisor's word vetted\n"
	    "police are asked once an organisation has the case, with the place only then.\n"
	    "--no takes your word back before that.\n" },
	{ "case", "forget-answer", "NUMBER SLOT", "one answer of a case erased", "", 2, 2,
	    ORDERS, ctl_case_forget_answer,
	    "For what should not have been said or kept: SLOT as `case show` names it. Its\n"
	    "code goes from the case, from conversations about it and from an offer check;\n"
	    "the audit keeps which, by whom, when. Receivers who were told still know it.\n"
	    "Refused while the case is held, and of where and who before somebody has it.\n"
	    "  shyraqctl case forget-answer 317 papers\n" },
	{ "case", "stats", "[--month 2026-11]", "how the cases of a month ended",
	    "--month=", 0, 0, LOOKS, ctl_case_stats,
	    "Cases by the month in which they were opened and by outcome (false_danger among\n"
	    "them; open: not closed yet; none: closed by nobody), erased ones too; without\n"
	    "--month those of a year. Under five it says <5 and no more. Tests never count.\n"
	    "  shyraqctl case stats --month 2026-11\n" },
	{ "case", "figures", "[--from 2026-01] [--to 2026-11]",
	    "criminal cases, and persons helped: two counters", "--from= --to=", 0, 0,
	    LOOKS, ctl_case_figures,
	    "By month, of the last twelve unless you say otherwise, erased cases too:\n"
	    "  what became of cases with the law, by the month in which it was said; a case\n"
	    "  counts once for a code\n"
	    "  cases and persons told of that were helped, by outcome; any: each case once,\n"
	    "  so codes are not to be added up\n"
	    "  what followed on\n"
	    "  who said that somebody is a victim, or is none; taken_back: none after all, by\n"
	    "  the same\n"
	    "Persons helped and criminal cases are never one figure: most who are helped have\n"
	    "no case with the police. Fewer than five is <5 and no more, and so is what could\n"
	    "be reckoned from the others. Tests never count. With bars on a terminal; --json\n"
	    "has null for <5.\n"
	    "  shyraqctl case figures --from 2026-01 --to 2026-11\n" },
	{ "case", "law", "CODE --erased [--month 2026-11]",
	    "what a court said of a case that was erased", "--erased --month=", 1, 1,
	    SUPERVISES, ctl_case_law,
	    "Courts speak years after a case is gone. This counts one CODE (reported\n"
	    "registered no_evidence reclassified court sentence acquitted) in `case figures`,\n"
	    "in this month or --month, linked to no case. Look first whether it was said\n"
	    "while the case was there: nothing here can know. The audit says who counted.\n"
	    "Of a case that is there: `case assert NUMBER legal CODE`.\n"
	    "  shyraqctl case law sentence --erased --month 2026-09\n" },
	{ "case", "outcomes", "", "the closed list of outcomes", "", 0, 0,
	    CTL_NO_DATABASE, ctl_case_outcomes,
	    "Code, group, whether it closes a case, and HTCDS cas_Status and spl_Type.\n" },
	{ "child", "list", "", "who may read a child's case", "", 0, 0, LOOKS,
	    ctl_child_list,
	    "Logins in the group role shyraq_child; supervisors are in it.\n" },
	{ "child", "grant", "LOGIN", "this login may read a child's case", "", 1, 1,
	    SUPERVISES, ctl_child_grant,
	    "A case about a child is restricted: others see its number, class and state, no\n"
	    "answer, no consent, nobody who was asked, no word. Who opens it is in the audit.\n"
	    "  shyraqctl child grant aigul\n" },
	{ "child", "revoke", "LOGIN", "this login may not any more", "", 1, 1, SUPERVISES,
	    ctl_child_revoke, "A supervisor's own right stays with the role.\n" },
	{ "job", "list", "[--open]", "offers of work that people asked about", "--open",
	    0, 0, LOOKS, ctl_job_list,
	    "The last 200, or those alone that wait for an answer: id, age, language,\n"
	    "country, and what the person said of three risks (passport kept, debt, ticket\n"
	    "paid by them). No number, and no words: the company's name is sealed to the\n"
	    "case workers' keys.\n" },
	{ "job", "read", "ID [--key FILE]", "the words of an offer, with your own key",
	    "--key=", 1, 1, "a login in shyraq_caseworker, and your own key",
	    ctl_job_read,
	    "As `case read`: on a case worker's own machine, on a terminal alone; the audit\n"
	    "says who asked. ID stands in `job list`.\n"
	    "  shyraqctl --login aigul job read 7012 --key ~/aigul.key\n" },
	{ "job", "answer", "ID [--text TEXT]", "a human's answer to one of them",
	    "--text=", 1, 1, ORDERS, ctl_job_answer,
	    "At most 60 characters, in the language of `job list`, in words that may be read\n"
	    "by anybody who holds that phone. The day is put beside it. Who asked by SMS gets\n"
	    "it at once while five minutes of their window are left; else it is kept sealed,\n"
	    "and the person fetches it by ? or a dial; a safe time of theirs may knock.\n"
	    "Refused: that an offer is safe, in any language (nobody here can know); words of\n"
	    "conf/po/ban.*; numbers. Without --text it is read from standard input.\n"
	    "  echo \"фирмы нет в реестре, не платите\" | shyraqctl job answer 7012\n" },
	{ "operation", "begin", "NAME --from T --to T [--regions \"KZ-47 KZ-61\"]",
	    "a special operation: what is counted in it", "--from= --to= --regions=", 1,
	    1, ORDERS, ctl_operation_begin,
	    "Cases that are opened from --from to --to in these regions (everywhere, without)\n"
	    "are counted for it, also when they are erased. T is a day (to its end; UTC+5),\n"
	    "now, +8h, or a time with its zone. It asks nobody: give it receivers of its own,\n"
	    "for as long as it lasts, by `receiver set NAME until=2026-12-31`.\n"
	    "  shyraqctl operation begin \"Stop Trafficking 12/26\" --from 2026-12-01 \\\n"
	    "      --to 2026-12-14 --regions \"KZ-47 KZ-61\"\n" },
	{ "operation", "end", "NAME", "it ends now, or does not begin", "", 1, 1, ORDERS,
	    ctl_operation_end,
	    "What was counted stays. Its receivers end by their own until.\n" },
	{ "operation", "list", "", "operations, and what was counted in each", "", 0, 0,
	    LOOKS, ctl_operation_list,
	    "Cases opened in its time and regions, referrals of theirs that were accepted,\n"
	    "cases where the person was met. Under five it says <5. Tests never count.\n" },
	{ "audit", "verify", "[--head N:HASH]", "check the whole chain over the audit",
	    "--head=", 0, 0, "a login in shyraq_supervisor or shyraq_auditor",
	    ctl_audit_verify,
	    "Every row of the audit is hashed with the one before it. This walks all of\n"
	    "them, names the first that was changed, is gone or was never chained, and\n"
	    "prints the head. Keep heads elsewhere: --head N:HASH proves that the chain\n"
	    "still goes through one that you were told before.\n" },
	{ "task", "list", "[--kind K] [--case N] [--mine] [--older MIN] [--all]",
	    "what waits for a person", "--kind= --case= --mine --older= --all", 0, 0,
	    LOOKS, ctl_task_list,
	    "The oldest 200 open tasks, with who has taken each and since when. --mine: those\n"
	    "that you have; --older: that wait for so many minutes; --all: with those that\n"
	    "are done, and how they ended.\n"
	    "  shyraqctl task list --kind danger --older 5\n" },
	{ "task", "show", "ID", "one task: what it asks, how it may end", "", 1, 1, LOOKS,
	    ctl_task_show,
	    "What to do, the case by number, the receiver by name, who has it, and the\n"
	    "closed list of outcomes for `task done`.\n" },
	{ "task", "take", "ID [--back | --from LOGIN]", "it is yours; others see it",
	    "--back --from=", 1, 1, ORDERS, ctl_task_take,
	    "One person has a task: a second one is told who has it. --back puts it back;\n"
	    "--from takes it over from a colleague who left.\n"
	    "  shyraqctl task take 71\n" },
	{ "task", "answer", "ID [--text TEXT]", "write the answer that a task asks for",
	    "--text=", 1, 1, ORDERS, ctl_task_answer,
	    "For a task about an offer of work (job_check): as `job answer`, by the task's\n"
	    "id. The task is done with it. Others have no written answer.\n" },
	{ "task", "done", "ID [--outcome CODE]", "a task that a person has seen to",
	    "--outcome=", 1, 1, ORDERS, ctl_task_done,
	    "It leaves the list; who said so is written to the audit. CODE is of the closed\n"
	    "list that `task show` names; without one it is \"done\".\n"
	    "  shyraqctl task done 71 --outcome passed_on\n" },
	{ "duty", "list", "[--part P] [--all]", "who is on duty, now and to come",
	    "--part= --all", 0, 0, LOOKS, ctl_duty_list,
	    "Who is on duty now stands first. --all: with shifts that are over.\n" },
	{ "duty", "set", "LOGIN --part P --from T --to T [--phone ID] [--days N]",
	    "a shift of somebody", "--part= --from= --to= --phone= --days=", 1, 1, ORDERS,
	    ctl_duty_set,
	    "P is operator, caseworker or supervisor, and LOGIN is in that role. T is now,\n"
	    "+8h, or a time with its zone. The phone that is told is one of a receiver of\n"
	    "kind operator, by its id in `receiver list`. --days: the same hours on so many\n"
	    "days in a row.\n"
	    "  shyraqctl duty set aigul --part caseworker --from \"2026-11-22 20:00+05\" \\\n"
	    "      --to +12h --phone 14 --days 7\n" },
	{ "duty", "end", "ID", "a shift ends now, or does not begin", "", 1, 1, ORDERS,
	    ctl_duty_end, "ID as in `duty list`.\n" },
	{ "duty", "check", "[--part P]", "hours of the next 14 days that nobody covers",
	    "--part=", 0, 0, LOOKS, ctl_duty_check,
	    "One row a gap. Ends with 1 when there is one.\n" },
	{ "desk", "", "[--key FILE] [--idle MIN]", "the live desk of a case worker",
	    "--key= --idle=", 0, 0, "a login in shyraq_caseworker, and your own key",
	    ctl_desk,
	    "Cases in danger that wait, with their windows counting down. The person's words\n"
	    "are opened here, with your key (keys_dir/LOGIN.key, or --key), and stand nowhere\n"
	    "else; after --idle minutes without a key (5) the screen is blank. Claim a case,\n"
	    "answer by a phrase or in your own words: at once while the window is open, else\n"
	    "it is read when they write again.\n"
	    "  shyraqctl --login aigul desk --key ~/aigul.key\n" },
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
