using MdiQkd.Acquisition;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Evaluation.Validation;

/// <summary>
/// Counts Bell-state events of simulated tags by label pair: a slot with exactly two clicks in its four windows, early in one detector and
/// late in the other (|ψ⁻⟩) or both in one detector (|ψ⁺⟩, if accepted).
/// </summary>
internal sealed class EventCounts(StationSettings station, IPreparedStates statesA, IPreparedStates statesB, bool acceptPsiPlus)
{
    private const int Labels = 4;

    private readonly int[] windows = new int[4];
    private readonly List<long> slots = [];
    private readonly List<bool> psiMinus = [];
    private long slot = -1;

    /// <summary>Events by label pair, A's label × 4 + B's.</summary>
    internal long[] Events { get; } = new long[Labels * Labels];

    /// <summary>Events whose bits disagree after B's flip.</summary>
    internal long[] Errors { get; } = new long[Labels * Labels];

    /// <summary>All events.</summary>
    internal long Total { get; private set; }

    /// <summary>Adds the tags of a block; blocks come in order.</summary>
    internal void Add(TimeTagBlock block)
    {
        int half = station.Timing.WindowPs / 2;
        for (int i = 0; i < block.Count; i++)
        {
            long tagSlot = block.TimesPs[i] / station.Timing.SlotPeriodPs;
            if (tagSlot != slot)
            {
                CloseSlot();
                slot = tagSlot;
            }

            int phase = (int)(block.TimesPs[i] % station.Timing.SlotPeriodPs);
            int detector = block.Channels[i] == station.ChannelC ? 0 : 2;
            if (Math.Abs(phase - station.Timing.EarlyCentrePs) <= half)
            {
                windows[detector]++;
            }
            else if (Math.Abs(phase - station.Timing.LateCentrePs) <= half)
            {
                windows[detector + 1]++;
            }
        }
    }

    /// <summary>Sorts the events found so far by what was prepared.</summary>
    internal void Close()
    {
        CloseSlot();
        long[] all = [.. slots];
        byte[] packedA = new byte[all.Length];
        byte[] packedB = new byte[all.Length];
        if (!statesA.TryRead(all, packedA) || !statesB.TryRead(all, packedB))
        {
            throw new InvalidOperationException("an event in a slot that was never prepared");
        }

        for (int i = 0; i < all.Length; i++)
        {
            PreparedState a = new(packedA[i]);
            PreparedState b = new(packedB[i]);
            bool bothZ = a.Label == IntensityLabel.Z && b.Label == IntensityLabel.Z;

            // B flips in Z for both Bell states, in X for |ψ⁻⟩ only.
            bool error = psiMinus[i] || bothZ ? a.Bit == b.Bit : a.Bit != b.Bit;
            int pair = ((int)a.Label * Labels) + (int)b.Label;
            Events[pair]++;
            Errors[pair] += error ? 1 : 0;
        }

        Total += all.Length;
        slots.Clear();
        psiMinus.Clear();
    }

    private void CloseSlot()
    {
        bool minus = windows is [1, 0, 0, 1] or [0, 1, 1, 0];
        bool plus = windows is [1, 1, 0, 0] or [0, 0, 1, 1];
        if (minus || (acceptPsiPlus && plus))
        {
            slots.Add(slot);
            psiMinus.Add(minus);
        }

        Array.Clear(windows);
    }
}
