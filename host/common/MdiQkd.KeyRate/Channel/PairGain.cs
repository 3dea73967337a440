namespace MdiQkd.KeyRate.Channel;

/// <summary>Gain and error gain of a label pair per slot in which both users send those labels.</summary>
/// <param name="Gain">Q: probability of an announced event.</param>
/// <param name="ErrorGain">EQ: probability of an announced event whose bits disagree after B's flip.</param>
public readonly record struct PairGain(double Gain, double ErrorGain)
{
    /// <summary>EQ / Q, or 0 without gain.</summary>
    public double ErrorRate => Gain > 0 ? ErrorGain / Gain : 0;
}
