# SPDX-License-Identifier: GPL-3.0-or-later
# What shyraqctl links beside the library: CSV files of receivers, the terminal of the desk.
LIBS_shyraqctl += -lcsv
LIBS_shyraqctl += $(shell pkg-config --libs ncursesw)
