namespace MdiQkd.Wire;

/// <summary>What the self-test measured, step by step.</summary>
public sealed class SelfTestReply : IWireMessage
{
    /// <summary>Steps at most.</summary>
    public const int StepsMax = 16;

    private const int StepBytes = 16;

    /// <summary>Steps done.</summary>
    public int Count { get; private set; }

    /// <summary>What was looked at; [<see cref="StepsMax"/>], <see cref="Count"/> are valid.</summary>
    public SelfTestStep[] Steps { get; } = new SelfTestStep[StepsMax];

    /// <summary>Results; [<see cref="StepsMax"/>].</summary>
    public SelfTestOutcome[] Outcomes { get; } = new SelfTestOutcome[StepsMax];

    /// <summary>Measured values in the unit of the step; [<see cref="StepsMax"/>].</summary>
    public int[] Measured { get; } = new int[StepsMax];

    /// <summary>Lowest values that pass; [<see cref="StepsMax"/>].</summary>
    public int[] Lowest { get; } = new int[StepsMax];

    /// <summary>Highest values that pass; [<see cref="StepsMax"/>].</summary>
    public int[] Highest { get; } = new int[StepsMax];

    /// <summary>Whether no step failed.</summary>
    public bool HasPassed
    {
        get
        {
            for (int i = 0; i < Count; i++)
            {
                if (Outcomes[i] == SelfTestOutcome.Failed)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public int PayloadBytesMax => 4 + (StepsMax * StepBytes);

    /// <summary>Forgets all steps.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a step with its measured value; it passes if the value is in the range.</summary>
    public void Add(SelfTestStep step, int measured, int lowest, int highest)
    {
        bool hasPassed = measured >= lowest && measured <= highest;
        Add(step, hasPassed ? SelfTestOutcome.Passed : SelfTestOutcome.Failed, measured, lowest, highest);
    }

    /// <summary>Adds a step whose part is not fitted.</summary>
    public void AddSkipped(SelfTestStep step) => Add(step, SelfTestOutcome.Skipped, 0, 0, 0);

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutInt32(buffer, offset, Count);
        int at = offset + 4;
        for (int i = 0; i < Count; i++)
        {
            buffer[at] = (byte)Steps[i];
            buffer[at + 1] = (byte)Outcomes[i];
            LittleEndian.PutUInt16(buffer, at + 2, 0);
            LittleEndian.PutInt32(buffer, at + 4, Measured[i]);
            LittleEndian.PutInt32(buffer, at + 8, Lowest[i]);
            LittleEndian.PutInt32(buffer, at + 12, Highest[i]);
            at += StepBytes;
        }

        return at - offset;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count < 4)
        {
            return WireError.BadLength;
        }

        uint steps = LittleEndian.GetUInt32(buffer, offset);
        if (steps > StepsMax)
        {
            return WireError.OutOfRange;
        }

        if (count != 4 + ((int)steps * StepBytes))
        {
            return WireError.BadLength;
        }

        Count = (int)steps;
        bool isSound = true;
        int at = offset + 4;
        for (int i = 0; i < Count; i++)
        {
            Steps[i] = (SelfTestStep)buffer[at];
            Outcomes[i] = (SelfTestOutcome)buffer[at + 1];
            Measured[i] = LittleEndian.GetInt32(buffer, at + 4);
            Lowest[i] = LittleEndian.GetInt32(buffer, at + 8);
            Highest[i] = LittleEndian.GetInt32(buffer, at + 12);
            isSound &= Steps[i] >= SelfTestStep.Checksum && Steps[i] <= SelfTestStep.FreeMemory
                && Outcomes[i] <= SelfTestOutcome.Failed && LittleEndian.GetUInt16(buffer, at + 2) == 0;
            at += StepBytes;
        }

        return isSound ? WireError.None : WireError.OutOfRange;
    }

    private void Add(SelfTestStep step, SelfTestOutcome outcome, int measured, int lowest, int highest)
    {
        Steps[Count] = step;
        Outcomes[Count] = outcome;
        Measured[Count] = measured;
        Lowest[Count] = lowest;
        Highest[Count] = highest;
        Count++;
    }
}
