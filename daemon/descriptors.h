/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many descriptors the daemon has, and how many of them may be connections of the bus.
 * It never closes one that was let in. Used by shyraqd.c.
 */
#ifndef SHYRAQ_DESCRIPTORS_H
#define SHYRAQ_DESCRIPTORS_H

#define DESCRIPTORS 1024    /* libgammu's select() ends the process at this one */
#define DESCRIPTORS_BUS 512 /* those beyond are for modems */

/* Once, at the start. Ends the process when it may not. */
void descriptors_limit(void);

#endif
