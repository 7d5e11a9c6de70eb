# SPDX-License-Identifier: GPL-3.0-or-later
"""What scripts/run, scripts/phone and the system tests share."""
