namespace MdiQkd.KeyRate;

/// <summary>How the statistics of the decoy states are combined, from the oldest and loosest to the newest.</summary>
public enum EstimationMethod
{
    /// <summary>s11 and e11 bounded apart, joint constraints inside each. Yu, Zhou, Wang (2015).</summary>
    Plain,

    /// <summary>One scan over the vacuum contribution H shared by s11 and e11. Zhou, Yu, Wang, PRA 93, 042324 (2016).</summary>
    SingleScan,

    /// <summary>Scan over H and the error yield M. Jiang, Yu, Hu, Wang, PRA 103, 012402 (2021).</summary>
    DoubleScan,
}
