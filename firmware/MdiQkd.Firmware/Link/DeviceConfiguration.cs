using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Link;

/// <summary>Values that a host may change, their ranges, and the settings that they end in.</summary>
public sealed class DeviceConfiguration
{
    private const int Keys = (int)ConfigurationKey.SwitchOperations2;

    private readonly int[] values = new int[Keys + 1];
    private readonly int[] lowest = new int[Keys + 1];
    private readonly int[] highest = new int[Keys + 1];
    private readonly SwitchSettings switchSettings;
    private readonly SwitchController controller;

    /// <summary>Sets defaults and ranges.</summary>
    /// <param name="parts">The board; what it has no part for may still be set, without effect.</param>
    public DeviceConfiguration(BoardParts parts)
    {
        controller = parts.Switch;
        switchSettings = parts.SwitchSettings != null ? parts.SwitchSettings : new SwitchSettings();
        int itemsMax = parts.TagSource != null ? parts.TagSource.BlockItemsMax : 16;
        SwitchSettings s = switchSettings;
        Define(ConfigurationKey.HostTimeoutMs, 1000, 100, 60_000);
        Define(ConfigurationKey.SwitchPulseMs, s.PulseMs, 20, 100);
        Define(ConfigurationKey.SwitchSettleMs, s.SettleMs, 10, 1000);
        Define(ConfigurationKey.SwitchBreakMs, s.BreakMs, 0, 1000);
        Define(ConfigurationKey.SwitchLockOutMs, s.LockOutMs, 20, 1000);
        Define(ConfigurationKey.SwitchVerifyMs, s.VerifyMs, 10, 5000);
        Define(ConfigurationKey.SwitchRetries, s.Retries, 0, 5);
        Define(ConfigurationKey.SwitchWearLimitThousands, s.WearLimitThousands, 1, 1_000_000);
        Define(ConfigurationKey.BlockItems, itemsMax < 512 ? itemsMax : 512, 16, itemsMax);
        Define(ConfigurationKey.BlockFlushMs, 20, 1, 1000);
        Define(ConfigurationKey.ChannelMask, 0xFFFF, 1, 0xFFFF);
        Define(ConfigurationKey.HighResolution, 0, 0, 2);
        Define(ConfigurationKey.TemperatureLimitMilliC, 70_000, -40_000, 125_000);
        Define(ConfigurationKey.SwitchOperations1, 0, 0, int.MaxValue);
        Define(ConfigurationKey.SwitchOperations2, 0, 0, int.MaxValue);
        Apply();
    }

    /// <summary>What a capture takes over when it starts.</summary>
    public TaggingSettings Tagging { get; } = new TaggingSettings();

    /// <summary>Without a sound frame for this long the board goes dark, ms.</summary>
    public int HostTimeoutMs => values[(int)ConfigurationKey.HostTimeoutMs];

    /// <summary>Temperature above which a warning is given, thousandths of a degree Celsius.</summary>
    public int TemperatureLimitMilliC => values[(int)ConfigurationKey.TemperatureLimitMilliC];

    /// <summary>Whether a key belongs to the switch: it may change only while the switch is at rest and dark.</summary>
    public static bool IsOfSwitch(ConfigurationKey key) =>
        (key >= ConfigurationKey.SwitchPulseMs && key <= ConfigurationKey.SwitchWearLimitThousands)
        || key >= ConfigurationKey.SwitchOperations1;

    /// <summary>Whether a key belongs to the tagger: it may change only without a capture.</summary>
    public static bool IsOfTagger(ConfigurationKey key) =>
        key >= ConfigurationKey.BlockItems && key <= ConfigurationKey.HighResolution;

    /// <summary>Tells a value and its range.</summary>
    /// <returns>False if there is no such key.</returns>
    public bool TryDescribe(ConfigurationKey key, ConfigurationReply reply)
    {
        int index = (int)key;
        if (index < 1 || index > Keys)
        {
            return false;
        }

        UpdateOperations();
        reply.Key = key;
        reply.Value = values[index];
        reply.Lowest = lowest[index];
        reply.Highest = highest[index];
        return true;
    }

    /// <summary>Changes a value.</summary>
    /// <returns>False if there is no such key or the value is out of its range.</returns>
    public bool TrySet(ConfigurationKey key, int value)
    {
        int index = (int)key;
        if (index < 1 || index > Keys || value < lowest[index] || value > highest[index])
        {
            return false;
        }

        UpdateOperations();
        values[index] = value;
        Apply();
        return true;
    }

    private void Define(ConfigurationKey key, int value, int low, int high)
    {
        values[(int)key] = value;
        lowest[(int)key] = low;
        highest[(int)key] = high;
    }

    private void UpdateOperations()
    {
        if (controller != null)
        {
            values[(int)ConfigurationKey.SwitchOperations1] = (int)controller.OperationsOf(0);
            values[(int)ConfigurationKey.SwitchOperations2] = (int)controller.OperationsOf(1);
        }
    }

    private void Apply()
    {
        switchSettings.PulseMs = values[(int)ConfigurationKey.SwitchPulseMs];
        switchSettings.SettleMs = values[(int)ConfigurationKey.SwitchSettleMs];
        switchSettings.BreakMs = values[(int)ConfigurationKey.SwitchBreakMs];
        switchSettings.LockOutMs = values[(int)ConfigurationKey.SwitchLockOutMs];
        switchSettings.VerifyMs = values[(int)ConfigurationKey.SwitchVerifyMs];
        switchSettings.Retries = values[(int)ConfigurationKey.SwitchRetries];
        switchSettings.WearLimitThousands = values[(int)ConfigurationKey.SwitchWearLimitThousands];
        Tagging.BlockItems = values[(int)ConfigurationKey.BlockItems];
        Tagging.BlockFlushMs = values[(int)ConfigurationKey.BlockFlushMs];
        Tagging.ChannelMask = values[(int)ConfigurationKey.ChannelMask];
        Tagging.HighResolution = values[(int)ConfigurationKey.HighResolution];
        if (controller != null)
        {
            controller.RestoreOperations(0, (uint)values[(int)ConfigurationKey.SwitchOperations1]);
            controller.RestoreOperations(1, (uint)values[(int)ConfigurationKey.SwitchOperations2]);
        }
    }
}
