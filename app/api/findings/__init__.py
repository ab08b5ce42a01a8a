"""What somebody should look at: conflicts, and differences that no merge explains.

Begin with `conflicts`. A list shows what there is, a choice says what each decision would bring, and a decision is
checked, stored and left to the loop.

    conflicts, words                both sides changed one field: listed, decided, and told in sentences
    discrepancies, discrepancy_resource, spreadsheet
                                    differences, listed and decided; what is shown of one; all of them as CSV
    choices                         what can be chosen, with the value that each would bring
    decision_input, given           what a person says, and a value of the person's own, checked as its field's kind
    stakes                          from that to paths, each with the value that it is to have
    resolving, deciding             what the calls do alike; a decision checked against what is known, and stored
    resolutions, resolution_resource
                                    decisions, many in one call, read back and taken back; what is shown of one

Whether both sides are equal:

    comparison, comparison_report   the call, and what it tells: counts, totals to the cent, how far a compare is
    doubts                          what stands against saying so
"""
