namespace MdiQkd.Replay;

/// <summary>Second-order correlation.</summary>
/// <param name="ChannelA">Channel of t_a.</param>
/// <param name="ChannelB">Channel of t_b; τ = t_b − t_a.</param>
/// <param name="BinPs">Width of a bin.</param>
/// <param name="FirstTauPs">Centre of the first bin; the others follow in steps of a bin.</param>
/// <param name="Zero">g in the middle bin.</param>
/// <param name="Counts">Pairs by bin.</param>
/// <param name="G">g by bin; the standard error is g/√count.</param>
/// <param name="Saturated">Whether pairs were missed because tags came too densely.</param>
internal sealed record CorrelationReport(
    byte ChannelA, byte ChannelB, long BinPs, long FirstTauPs, double Zero, IReadOnlyList<long> Counts, IReadOnlyList<double> G,
    bool Saturated);
