_base_ = ['./dark-zurich.py', './cityscapes-dark-zurich_joint.py']
val_dataloader = _base_.test_dataloader
val_evaluator = _base_.test_evaluator
