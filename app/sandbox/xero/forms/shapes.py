"""The names that each posted element may have, exactly those of Xero's specification, and which of them nest.

An element that posts anything else is refused as a whole (`elements.check_names`). A test holds this table to the
specification.
"""

Shape = dict[str, str | None]


def _shape(names: str, **nested: str) -> Shape:
    return {**dict.fromkeys(names.split()), **nested}


SHAPES: dict[str, Shape] = {
    "Invoice": _shape(
        "Type Date DueDate LineAmountTypes InvoiceNumber Reference BrandingThemeID Url CurrencyCode CurrencyRate "
        "Status SentToContact ExpectedPaymentDate PlannedPaymentDate CISDeduction CISRate SubTotal TotalTax Total "
        "TotalDiscount InvoiceID RepeatingInvoiceID HasAttachments IsDiscounted Payments Prepayments Overpayments "
        "AmountDue AmountPaid FullyPaidOnDate AmountCredited UpdatedDateUTC UpdatedDateUTCString CreditNotes "
        "Attachments HasErrors StatusAttributeString ValidationErrors Warnings InvoiceAddresses",
        Contact="Contact", LineItems="LineItem",
    ),
    "LineItem": _shape(
        "LineItemID Description Quantity UnitAmount ItemCode AccountCode AccountID TaxType TaxAmount Item LineAmount "
        "DiscountRate DiscountAmount RepeatingInvoiceID Taxability SalesTaxCodeId TaxBreakdown ValidationErrors",
        Tracking="LineItemTracking",
    ),
    "LineItemTracking": _shape("TrackingCategoryID TrackingOptionID Name Option"),
    "Contact": _shape(
        "ContactID MergedToContactID ContactNumber AccountNumber ContactStatus Name FirstName LastName CompanyNumber "
        "EmailAddress BankAccountDetails TaxNumber TaxNumberType AccountsReceivableTaxType AccountsPayableTaxType "
        "IsSupplier IsCustomer SalesDefaultLineAmountType PurchasesDefaultLineAmountType DefaultCurrency "
        "XeroNetworkKey SalesDefaultAccountCode PurchasesDefaultAccountCode SalesTrackingCategories "
        "PurchasesTrackingCategories TrackingCategoryName TrackingCategoryOption PaymentTerms UpdatedDateUTC "
        "ContactGroups Website BrandingTheme BatchPayments Discount Balances Attachments HasAttachments "
        "ValidationErrors HasValidationErrors StatusAttributeString",
        ContactPersons="ContactPerson", Addresses="Address", Phones="Phone",
    ),
    "ContactPerson": _shape("FirstName LastName EmailAddress IncludeInEmails"),
    "Address": _shape(
        "AddressType AddressLine1 AddressLine2 AddressLine3 AddressLine4 City Region PostalCode Country AttentionTo"
    ),
    "Phone": _shape("PhoneType PhoneNumber PhoneAreaCode PhoneCountryCode"),
    "Payment": _shape(
        "InvoiceNumber CreditNoteNumber BatchPayment Code Date CurrencyRate Amount "
        "BankAmount Reference IsReconciled Status PaymentType UpdatedDateUTC UpdatedDateUTCString PaymentID "
        "BatchPaymentID BankAccountNumber Particulars Details HasAccount HasValidationErrors StatusAttributeString "
        "ValidationErrors Warnings",
        Invoice="Invoice", Account="Account", CreditNote="CreditNote", Prepayment="Prepayment",
        Overpayment="Overpayment",
    ),
    "Account": _shape(
        "Code Name AccountID Type BankAccountNumber Status Description BankAccountType CurrencyCode TaxType "
        "EnablePaymentsToAccount ShowInExpenseClaims Class SystemAccount ReportingCode ReportingCodeName "
        "HasAttachments UpdatedDateUTC AddToWatchlist ValidationErrors"
    ),
    "Item": _shape(
        "Code InventoryAssetAccountCode Name IsSold IsPurchased Description PurchaseDescription IsTrackedAsInventory "
        "TotalCostPool QuantityOnHand UpdatedDateUTC ItemID StatusAttributeString ValidationErrors",
        PurchaseDetails="Purchase", SalesDetails="Purchase",
    ),
    "Purchase": _shape("UnitPrice AccountCode COGSAccountCode TaxType"),
    "CreditNote": _shape(
        "Type Date DueDate Status LineAmountTypes SubTotal TotalTax Total CISDeduction CISRate UpdatedDateUTC "
        "UpdatedDateUTCString CurrencyCode FullyPaidOnDate CreditNoteID CreditNoteNumber Reference SentToContact "
        "CurrencyRate RemainingCredit Allocations AppliedAmount Payments BrandingThemeID StatusAttributeString "
        "HasAttachments HasErrors ValidationErrors Warnings InvoiceAddresses",
        Contact="Contact", LineItems="LineItem",
    ),
    "Overpayment": _shape(
        "Type Date Status LineAmountTypes SubTotal TotalTax Total UpdatedDateUTC UpdatedDateUTCString CurrencyCode "
        "OverpaymentID CurrencyRate RemainingCredit Allocations AppliedAmount Payments HasAttachments Reference "
        "Attachments",
        Contact="Contact", LineItems="LineItem",
    ),
    "Prepayment": _shape(
        "Type Date Status LineAmountTypes SubTotal TotalTax Total Reference InvoiceNumber UpdatedDateUTC "
        "UpdatedDateUTCString BrandingThemeID CurrencyCode PrepaymentID CurrencyRate RemainingCredit Allocations "
        "AppliedAmount Payments HasAttachments Attachments",
        Contact="Contact", LineItems="LineItem",
    ),
    "Allocation": _shape(
        "AllocationID Amount Date IsDeleted StatusAttributeString ValidationErrors",
        Invoice="Invoice", Overpayment="Overpayment", Prepayment="Prepayment", CreditNote="CreditNote",
    ),
    "BankTransaction": _shape(
        "Type IsReconciled Date Reference CurrencyCode CurrencyRate Url Status LineAmountTypes SubTotal TotalTax "
        "Total BankTransactionID PrepaymentID OverpaymentID UpdatedDateUTC HasAttachments StatusAttributeString "
        "ValidationErrors",
        Contact="Contact", LineItems="LineItem", BankAccount="Account",
    ),
    "HistoryRecord": _shape("Details Changes User DateUTC"),
}  # fmt: skip
