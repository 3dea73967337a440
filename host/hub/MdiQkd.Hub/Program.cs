return await MdiQkd.Hub.HubDaemon.RunAsync(args).ConfigureAwait(false);
