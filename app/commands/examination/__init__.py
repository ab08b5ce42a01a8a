"""What `doctor` looks at, one function a check; each finding says what is wrong and what cures it.

finding     what a check finds
ground      what the checks are made on, opened once
servers     PostgreSQL, its clock and its schema; Redis; workers
encryption  whether PostgreSQL and Redis are reached encrypted
ways        to Plumbline's own public address and to Xero, with the clocks there
keeping     settings, secrets at rest, Xero's webhooks, room on the disk
all_checks  their order, and what is not reached when an earlier one failed
"""
