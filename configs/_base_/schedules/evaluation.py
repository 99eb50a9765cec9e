test_cfg = dict(type='TestLoop')
default_hooks = dict(visualization=dict(type='mmscllle.EnhancementVisualizationHook'))
