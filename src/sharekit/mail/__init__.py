"""
Letters: writing, composing, parsing, and cutting the reply out of an answer.

The room is pure. It opens no connection and reads no store: it makes bytes of a letter, and facts of bytes.

================================  ==============================================================
module                            answers
================================  ==============================================================
`sharekit.mail.addresses`         how is a mailbox written, and which reply code does an address hold?
`sharekit.mail.composing`         what bytes is a letter?
`sharekit.mail.letters`           which letters are there, and what does each say?
`sharekit.mail.writing`           how does a letter read in the language of its reader? (extra ``mail``)
`sharekit.mail.inbound`           what does a mail say of itself? (extra ``mail``)
`sharekit.mail.authentication`    did our own server find its sender genuine?
`sharekit.mail.replies`           which part of an answer is new?
================================  ==============================================================
"""
