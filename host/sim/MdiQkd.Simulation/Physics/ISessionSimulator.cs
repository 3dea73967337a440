using MdiQkd.Acquisition;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Time tags of a stretch of slots, generated in order. The tags depend on the seed and the prepared states only, not on how
/// the stretch is cut into calls.
/// </summary>
public interface ISessionSimulator
{
    /// <summary>Slots before this one are complete.</summary>
    long ReachedSlot { get; }

    /// <summary>Generates until <paramref name="untilSlot"/> or until the block holds <paramref name="tagsMax"/> tags.</summary>
    /// <param name="untilSlot">Exclusive; at most the end of the stretch.</param>
    /// <param name="tagsMax">Soft limit; a few tags more may come.</param>
    /// <param name="block">Cleared, then filled with every tag up to its new watermark.</param>
    /// <returns><see cref="ReachedSlot"/>.</returns>
    /// <exception cref="InvalidOperationException">A slot before <paramref name="untilSlot"/> was not prepared.</exception>
    long Advance(long untilSlot, int tagsMax, TimeTagBlock block);

    /// <summary>
    /// Ends the stretch at the reached slot: hands over what is left, with the watermark at the end of that slot. Tags that jitter
    /// has put beyond it are moved to it (dark counts only, as long as 8 σ of jitter is shorter than the early bin is from
    /// the slot's edge).
    /// </summary>
    /// <param name="block">Cleared, then filled.</param>
    void Finish(TimeTagBlock block);
}
