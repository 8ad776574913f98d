"""Who may do what.

Lives here: accounts, users, roles, policies and who has them, directories; access keys and their sealed secrets;
signing in to the console: passwords, second factors, lockout, sessions, set-up links.
Never here: how a signature travels on the wire (api), what is recorded (capture).
May import: ledger and below.
Start at: keys.py, then evaluate.py and signin.py.
"""
