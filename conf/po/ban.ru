# SPDX-License-Identifier: GPL-3.0-or-later
# Words that no cover text may hold; folded like a person's text. "*" after a word: and all that begin so.
помощ*
помог*
жертв*
пострада*
полици*
приют*
раб
рабств*
торговл*
насил*
эксплуат*
спас*
трафик*
секс*
интим*
нко
похи*
шелтер*
