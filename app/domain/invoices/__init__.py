"""An invoice's link, and what is due of it.

link                    two identities, the hub, what is known of Xero's side; `payment_links` and `credit_links`
                        are the link as its money comes and goes
plan, planning          what is due in Xero, as data, and the walk that comes to it; `case` is what that is
                        decided by, `money_due` plans the money, `fitting` knows what there is room for
legality, fitness       what Xero would refuse; `unknown_words` and `voiding` are two parts of it
adoption, recognition   an invoice that was in Xero before, and one whose create was not answered
relink, retry           what another invoice that a person chose begins from; when what is held is tried again
account_codes, booking, tracking_names
                        what was meant, where Xero has other names for it by now
preview, telling        what the loop would do, as data and in words
sums, beside            both sides beside one another
due_date, credit_lines, credit_refusals
                        a day, an amount and a refusal, each worked out from what is there
"""
