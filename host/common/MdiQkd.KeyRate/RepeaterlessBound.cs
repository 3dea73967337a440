namespace MdiQkd.KeyRate;

/// <summary>What no protocol without a station in the middle can exceed: Pirandola, Laurenza, Ottaviani, Banchi, Nat. Commun. 8, 15043 (2017).</summary>
public static class RepeaterlessBound
{
    /// <summary>−log2(1 − η): secret bits per use of a channel of transmittance η, 0 to less than 1.</summary>
    /// <exception cref="KeyRateInputException">η is out of range.</exception>
    public static double BitsPerUse(double transmittance)
    {
        KeyRateInputException.RequireRange(transmittance, 0, Math.BitDecrement(1.0));

        // ln(1 − η) = −(η + η²/2 + …): the series where 1 − η would lose digits.
        return transmittance < 1e-4
            ? transmittance * (1 + (transmittance * (0.5 + (transmittance / 3)))) / Math.Log(2)
            : -Math.Log2(1 - transmittance);
    }
}
