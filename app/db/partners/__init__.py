"""Partners, and what is kept with them: keys, secrets, endpoints, Xero apps, and answers to repeated calls.

Begin with `partners`, where a call's key is found.

    partners, api_keys              who calls, by the hash of a key; a partner's keys, made, replaced and revoked
    idempotency                     a call that comes again: who answers it, and what was answered
    endpoints, read_endpoints       addresses that are told what moved; addresses that can be asked
    webhook_secrets                 what signs calls, both ways; the one before counts until it ends
    xero_apps, xero_app_use         apps that a partner registered with Xero, opened; who goes through one
    shops, shop_refusals            the shop of a connection, with its credentials; its orders that made no invoice
"""
