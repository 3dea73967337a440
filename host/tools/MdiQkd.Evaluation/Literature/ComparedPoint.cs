using MdiQkd.Evaluation.Curves;

namespace MdiQkd.Evaluation.Literature;

/// <summary>A published figure beside its prediction.</summary>
/// <param name="System">System.</param>
/// <param name="Point">Figure.</param>
/// <param name="Predicted">Prediction with the scenario as its file says.</param>
/// <param name="Worst">Prediction with the worst plausible values of what was not read.</param>
/// <param name="Best">Prediction with the best ones.</param>
internal sealed record ComparedPoint(
    PublishedSystem System, PublishedPoint Point, EvaluatedPoint Predicted, EvaluatedPoint Worst, EvaluatedPoint Best)
{
    /// <summary>Whether the figure is one per slot.</summary>
    internal bool IsPerSlot => Point.BitsPerSlot is not null;

    /// <summary>The published rate per second or slot; null if only a reach was published.</summary>
    internal double? Published => Point.BitsPerSecond ?? Point.BitsPerSlot;

    /// <summary>The published rate per slot of the scenario's clock.</summary>
    internal double? PublishedPerSlot => Point.BitsPerSlot ?? (Point.BitsPerSecond / Predicted.Scenario.Timing.SlotRateHz);

    /// <summary>Whether the figure lies between the worst and the best prediction.</summary>
    internal bool IsWithin => Published is { } rate
        ? (Point.IsLowerLimit || Rate(Worst) <= rate) && rate <= Rate(Best)
        : Best.BitsPerSlot > 0;

    /// <summary>A predicted rate in the unit of the figure.</summary>
    internal double Rate(EvaluatedPoint point) => IsPerSlot ? point.BitsPerSlot : point.BitsPerSecond;
}
