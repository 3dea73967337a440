namespace MdiQkd.Evaluation.Literature;

/// <summary>One published figure; without a rate it says that there is a key.</summary>
/// <param name="At">Quantity that tells where: loss or distance.</param>
/// <param name="X">Its value, dB or km from user to user.</param>
/// <param name="BitsPerSecond">Secret bits per second.</param>
/// <param name="BitsPerSlot">Secret bits per pair of pulses, where the clock is not known.</param>
/// <param name="IsLowerLimit">Whether the rate was only said to be exceeded.</param>
internal sealed record PublishedPoint(
    string At, double X, double? BitsPerSecond = null, double? BitsPerSlot = null, bool IsLowerLimit = false);
