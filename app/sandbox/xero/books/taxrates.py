"""The default tax rates of Australia, New Zealand and the United Kingdom, and which accounts each may be used with.

Typed from Xero's table of default tax types: letters stand for the classes of account that a rate suits, A(ssets),
E(quity), X (expenses), L(iabilities), R(evenue). `OUTPUT` is 10% in Australia and the old 12.5% in New Zealand.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_CLASSES = {"A": "ASSET", "E": "EQUITY", "X": "EXPENSE", "L": "LIABILITY", "R": "REVENUE"}
_FLAGS = {
    "CanApplyToAssets": "ASSET",
    "CanApplyToEquity": "EQUITY",
    "CanApplyToExpenses": "EXPENSE",
    "CanApplyToLiabilities": "LIABILITY",
    "CanApplyToRevenue": "REVENUE",
}


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax rate of an organisation; `rate` is in percent."""

    tax_type: str
    name: str
    rate: Decimal
    suits: frozenset[str]
    report_type: str
    component: str
    status: str = "ACTIVE"

    def view(self) -> dict[str, Any]:
        """The rate as the API shows it."""
        rate = float(self.rate)
        parts = [{"Name": self.component, "Rate": rate, "IsCompound": False, "IsNonRecoverable": False}]
        return {
            "Name": self.name,
            "TaxType": self.tax_type,
            "ReportTaxType": self.report_type,
            **{flag: account_class in self.suits for flag, account_class in _FLAGS.items()},
            "DisplayTaxRate": rate,
            "EffectiveRate": rate,
            "Status": self.status,
            "TaxComponents": parts,
        }


_TABLES = {
    "AU": (
        "GST",
        """
        OUTPUT          10   AELR   OUTPUT              GST on Income
        INPUT           10   AEXL   INPUT               GST on Expenses
        CAPEXINPUT      10   AEXL   CAPITALEXPENSESINPUT GST on Capital
        EXEMPTOUTPUT    0    AELR   EXEMPTOUTPUT        GST Free Income
        EXEMPTEXPENSES  0    AEXL   EXEMPTEXPENSES      GST Free Expenses
        EXEMPTCAPITAL   0    AEXL   EXEMPTCAPITAL       GST Free Capital
        EXEMPTEXPORT    0    AELR   EXEMPTEXPORT        GST Free Exports
        INPUTTAXED      0    AEXLR  INPUTTAXED          Input Taxed
        BASEXCLUDED     0    AEXLR  BASEXCLUDED         BAS Excluded
        GSTONIMPORTS    0    L      GSTONIMPORTS        GST on Imports
        GSTONCAPIMPORTS 0    L      GSTONCAPIMPORTS     GST on Capital Imports
        """,
    ),
    "NZ": (
        "GST",
        """
        OUTPUT2         15   AELR   OUTPUT              15% GST on Income
        INPUT2          15   AEXL   INPUT               15% GST on Expenses
        OUTPUT          12.5 AELR   OUTPUT              12.5% GST on Income
        INPUT           12.5 AEXLR  INPUT               12.5% GST on Expenses
        ZERORATED       0    LR     OUTPUT              Zero Rated
        NONE            0    AEXLR  NONE                No GST
        GSTONIMPORTS    0    AEL    GSTONIMPORTS        GST on Imports
        """,
    ),
    "GB": (
        "VAT",
        """
        OUTPUT2         20   AELR   OUTPUT              20% (VAT on Income)
        INPUT2          20   AEXL   INPUT               20% (VAT on Expenses)
        RROUTPUT        5    AELR   OUTPUT              5% (VAT on Income)
        RRINPUT         5    AEXL   INPUT               5% (VAT on Expenses)
        ZERORATEDOUTPUT 0    AELR   OUTPUT              Zero Rated Income
        ZERORATEDINPUT  0    AEXL   INPUT               Zero Rated Expenses
        EXEMPTOUTPUT    0    AELR   EXEMPTOUTPUT        Exempt Income
        EXEMPTINPUT     0    AEXL   EXEMPTINPUT         Exempt Expenses
        ECZROUTPUT      0    AELR   ECOUTPUT            Zero Rated EC Goods Income
        ECZROUTPUTSERVICES 0 AELR   ECOUTPUTSERVICES    Zero Rated EC Services
        DRCHARGE20      0    AELR   DRCHARGE            Domestic Reverse Charge @ 20% (VAT on Income)
        DRCHARGE5       0    AELR   DRCHARGE            Domestic Reverse Charge @ 5% (VAT on Income)
        DRCHARGESUPPLY20 0   AEXL   DRCHARGESUPPLY      Domestic Reverse Charge @ 20% (VAT on Expenses)
        DRCHARGESUPPLY5 0    AEXL   DRCHARGESUPPLY      Domestic Reverse Charge @ 5% (VAT on Expenses)
        REVERSECHARGES  0    AEXL   REVERSECHARGES      Reverse Charge Expenses (20%)
        NONE            0    AEXLR  NONE                No VAT
        GSTONIMPORTS    0    L      GSTONIMPORTS        VAT on Imports
        CAPEXINPUT2     20   A      CAPITALEXPENSESINPUT 20% (VAT on Capital Purchases)
        CAPEXOUTPUT2    20   A      CAPITALSALESOUTPUT  20% (VAT on Capital Sales)
        CAPEXINPUT      17.5 A      CAPITALEXPENSESINPUT 17.5% (VAT on Capital Purchases)
        CAPEXOUTPUT     17.5 A      CAPITALSALESOUTPUT  17.5% (VAT on Capital Sales)
        CAPEXSRINPUT    15   A      CAPITALEXPENSESINPUT 15% (VAT on Capital Purchases)
        CAPEXSROUTPUT   15   A      CAPITALSALESOUTPUT  15% (VAT on Capital Sales)
        ECACQUISITIONS  0    AEXL   ECACQUISITIONS      EC Acquisitions (20%)
        ECZRACQUISITIONS 0   AEXL   ECACQUISITIONS      EC Acquisitions (Zero Rated)
        """,
    ),
}


def build_tax_rates(country: str) -> dict[str, TaxRate]:
    """The default rates of a country by tax type."""
    component, table = _TABLES[country]
    rates = {}
    for line in table.strip().splitlines():
        tax_type, rate, letters, report_type, name = line.split(maxsplit=4)
        suits = frozenset(_CLASSES[letter] for letter in letters)
        rates[tax_type] = TaxRate(tax_type, name, Decimal(rate), suits, report_type, component)
    return rates


def add_tax_rate(rates: dict[str, TaxRate], name: str, percent: Decimal) -> TaxRate:
    """A custom rate, which Xero calls TAX001, TAX002 and so on (FACTS 4.4)."""
    count = sum(tax_type.startswith("TAX0") for tax_type in rates)
    tax_type = f"TAX{count + 1:03d}"
    made = TaxRate(tax_type, name, percent, frozenset(_CLASSES.values()), "OUTPUT", name)
    rates[tax_type] = made
    return made
