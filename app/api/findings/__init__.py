"""What somebody should look at: conflicts, and differences that no merge explains.

conflicts, discrepancies        the lists, each shown by its resource or in words (`words`, `spreadsheet`)
choices                         what can be chosen, and what each choice would bring
resolving, resolutions          the calls that decide one, and many
decision_input, given, stakes   what a person said: checked, and as paths with values
deciding                        a decision checked against what is known, and stored for the loop
comparison, comparison_report, doubts
                                whether both sides are equal, and what stands against saying so
"""
