namespace MdiQkd.Firmware.Link;

/// <summary>Request that is being carried out and answered when it is done.</summary>
public enum OpenRequest
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The switch connects.</summary>
    Connect = 1,

    /// <summary>The switch goes dark.</summary>
    Dark = 2,

    /// <summary>The self-test runs.</summary>
    SelfTest = 3,
}
