# SPDX-License-Identifier: GPL-3.0-or-later
# What shyraqctl links beside the library: CSV files of receivers.
LIBS_shyraqctl += -lcsv
